package nl.sluis.gateway;

import java.io.InputStream;
import java.util.Properties;
import nl.sluis.gateway.analyst.CcsdsCommand;
import nl.sluis.gateway.analyst.CompareCommand;
import nl.sluis.gateway.analyst.FitCommand;
import nl.sluis.gateway.analyst.PcCommand;
import nl.sluis.gateway.analyst.ScreenCommand;
import nl.sluis.gateway.demo.DemoCommand;
import nl.sluis.gateway.officer.PolicyCommand;
import nl.sluis.partner.command.AuditCommand;
import nl.sluis.partner.command.CalibrationCommand;
import nl.sluis.partner.command.ContextCommand;
import nl.sluis.partner.command.ContributeCommand;
import nl.sluis.partner.command.DoctorCommand;
import nl.sluis.partner.command.ExplainCommand;
import nl.sluis.partner.command.RelabelCommand;
import nl.sluis.partner.command.ScreenTrajectoryCommand;
import nl.sluis.partner.command.ShortErrors;
import nl.sluis.partner.command.SubscribeCommand;
import nl.sluis.partner.command.TenantCommand;
import nl.sluis.partner.command.WithdrawCommand;
import nl.sluis.partner.command.WithdrawalsCommand;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The {@code sluis} command: the gateway, the demonstration, and what a partner needs. */
@Command(
        name = "sluis",
        mixinStandardHelpOptions = true,
        versionProvider = Sluis.Version.class,
        header = "Shares space-surveillance data between allies, each under its originator's policy.",
        subcommands = {
            DemoCommand.class,
            GatewayCommand.class,
            PolicyCommand.class,
            SubscribeCommand.class,
            ContributeCommand.class,
            WithdrawCommand.class,
            RelabelCommand.class,
            WithdrawalsCommand.class,
            ContextCommand.class,
            DoctorCommand.class,
            FitCommand.class,
            CompareCommand.class,
            ScreenCommand.class,
            ScreenTrajectoryCommand.class,
            PcCommand.class,
            CcsdsCommand.class,
            AuditCommand.class,
            TenantCommand.class,
            CalibrationCommand.class,
            ExplainCommand.class,
            AutoComplete.GenerateCompletion.class,
            CommandLine.HelpCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:it did not work out, the message says why", "2:wrong use"})
public final class Sluis {
    private Sluis() {}

    /** Runs the command and exits with its code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command with all its subcommands, for whoever runs or reads it without ending the process. */
    public static CommandLine commandLine() {
        return new CommandLine(new Sluis())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(new ShortErrors());
    }

    /** The version of the build. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() throws Exception {
            Properties build = new Properties();
            try (InputStream in = Sluis.class.getResourceAsStream("build.properties")) {
                if (in != null) {
                    build.load(in);
                }
            }
            return new String[] {"sluis " + build.getProperty("version", "(unknown)")};
        }
    }
}
