package nl.sluis.partner.command;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorDetailsProto;
import java.io.PrintWriter;
import java.util.Locale;
import nl.sluis.partner.ReceivedProduct;
import nl.sluis.proto.v1.SubscribeResponse;

/**
 * JSON in protobuf's own mapping: {@code {"product":…,"label":…,"integrity":"signature"}} for a product, else the message
 * under its name, for example {@code {"withdrawn":…}}. Lines, or one array.
 */
final class JsonWriter implements StreamWriter {
    /** What may stand in the details of a google.rpc.Status. */
    private static final TypeRegistry DETAILS = TypeRegistry.newBuilder()
            .add(ErrorDetailsProto.getDescriptor().getMessageTypes())
            .build();

    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer().usingTypeRegistry(DETAILS).omittingInsignificantWhitespace();

    private final PrintWriter out;
    private final boolean array;
    private boolean started;

    JsonWriter(PrintWriter out, boolean array) {
        this.out = out;
        this.array = array;
    }

    @Override
    public void product(ReceivedProduct product) {
        write("{\"product\":" + json(product.product()) + ",\"label\":" + json(product.label()) + ",\"integrity\":\""
                + product.integrity().name().toLowerCase(Locale.ROOT) + "\"}");
    }

    @Override
    public void event(SubscribeResponse message) {
        write(json(message));
    }

    @Override
    public void end() {
        if (array) {
            out.println(started ? "\n]" : "[]");
        }
        out.flush();
    }

    static String json(MessageOrBuilder message) {
        try {
            return PRINTER.print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the gateway sent details of a type that no standard names", e);
        }
    }

    private void write(String json) {
        if (array) {
            out.print((started ? ",\n" : "[\n") + json);
        } else {
            out.println(json);
        }
        started = true;
        out.flush();
    }
}
