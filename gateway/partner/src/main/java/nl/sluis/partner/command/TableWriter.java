package nl.sluis.partner.command;

import java.io.PrintWriter;
import java.util.Locale;
import nl.sluis.partner.ReceivedProduct;
import nl.sluis.proto.v1.ProbabilityValidity;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.SubscribeResponse;
import picocli.CommandLine.Help.Ansi;

/** One row per product, each readable without the header: a stream has no end at which columns could be measured. */
final class TableWriter implements StreamWriter {
    private static final String ROW = "%-19s  %-13s  %-30s  %-28s  %s";

    private final PrintWriter out;
    private final Ansi ansi;
    private final LabelText labels;
    private boolean started;

    TableWriter(PrintWriter out, Ansi ansi, LabelText labels) {
        this.out = out;
        this.ansi = ansi;
        this.labels = labels;
    }

    @Override
    public void product(ReceivedProduct received) {
        Product product = received.product();
        row(
                Words.time(product.getCreated()),
                Words.of(product.getKind()),
                ProductText.objects(product),
                labels.of(received.label()),
                colour(
                        product,
                        ProductText.details(product)
                                + (product.getVersion() > 1 ? ", version " + product.getVersion() : "")));
    }

    @Override
    public void event(SubscribeResponse message) {
        switch (message.getMessageCase()) {
            case WITHDRAWN ->
                row(
                        Words.time(message.getWithdrawn().getWithdrawn()),
                        "WITHDRAWN",
                        Words.printable(message.getWithdrawn().getProductId()),
                        "",
                        "version " + message.getWithdrawn().getVersion() + " "
                                + Words.printable(message.getWithdrawn().getReason()));
            case POLICY_CHANGED ->
                row(
                        Words.time(message.getPolicyChanged().getSince()),
                        "policy",
                        "",
                        "",
                        "version " + message.getPolicyChanged().getVersion() + " in force");
            case DELIVERY, CHECKPOINT, HEARTBEAT, SNAPSHOT_COMPLETE, GAP, CLOSING, MESSAGE_NOT_SET -> {
                // these are about the stream: standard error has them
            }
        }
    }

    @Override
    public void end() {
        out.flush();
    }

    private void row(String time, String kind, String objects, String label, String details) {
        if (!started) {
            out.println(String.format(Locale.ROOT, ROW, "created (UTC)", "kind", "object", "label", "details"));
            started = true;
        }
        out.println(String.format(Locale.ROOT, ROW, time, kind, objects, label, details));
        out.flush();
    }

    private String colour(Product product, String details) {
        ProbabilityValidity validity = product.getConjunction().getProbability().getValidity();
        boolean doubtful = product.hasConjunction()
                && product.getConjunction().hasProbability()
                && validity != ProbabilityValidity.PROBABILITY_VALIDITY_VALID;
        return doubtful && ansi.enabled() ? Ansi.Style.fg_yellow.on() + details + Ansi.Style.reset.on() : details;
    }
}
