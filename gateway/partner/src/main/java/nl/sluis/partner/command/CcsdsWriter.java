package nl.sluis.partner.command;

import java.io.PrintWriter;
import nl.sluis.partner.ReceivedProduct;
import nl.sluis.proto.v1.SubscribeResponse;

/** Writes the CCSDS text of each product, as the gateway made it; what has none is named beside the output. */
final class CcsdsWriter implements StreamWriter {
    private final PrintWriter out;
    private final PrintWriter err;

    CcsdsWriter(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public void product(ReceivedProduct received) {
        if (received.text().isEmpty()) {
            err.println("no CCSDS text: " + Words.of(received.product().getKind()) + " "
                    + ProductText.objects(received.product())
                    + (received.textAbsent().isEmpty() ? "" : ": without " + Words.printable(received.textAbsent())));
            return;
        }
        // the gateway wrote it, but names in it are others': no control characters but line ends reach a terminal
        received.text().lines().map(Words::printable).forEach(out::println);
        out.flush();
    }

    @Override
    public void event(SubscribeResponse message) {
        if (message.hasWithdrawn()) {
            err.println("withdrawn: " + Words.printable(message.getWithdrawn().getProductId()) + " version "
                    + message.getWithdrawn().getVersion());
        }
    }

    @Override
    public void end() {
        out.flush();
    }
}
