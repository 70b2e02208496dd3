package nl.sluis.conformance;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorDetailsProto;
import io.grpc.health.v1.HealthProto;
import io.grpc.reflection.v1.ServerReflectionProto;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.SubscribeRequest;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Turns what stands in a case into messages, and answers into what a case can look at: maps, lists and text. */
@SuppressWarnings("deprecation") // reflection v1alpha is deprecated, and what most tools still ask for
final class Contract {
    private static final List<FileDescriptor> FILES = List.of(
            GetSelfRequest.getDescriptor().getFile(),
            SubscribeRequest.getDescriptor().getFile(),
            nl.sluis.proto.v1.ContributeRequest.getDescriptor().getFile(),
            nl.sluis.proto.v1.ProposeBundleRequest.getDescriptor().getFile(),
            HealthProto.getDescriptor(),
            ServerReflectionProto.getDescriptor(),
            io.grpc.reflection.v1alpha.ServerReflectionProto.getDescriptor());

    private static final JsonFormat.Printer PRINTER = JsonFormat.printer()
            .usingTypeRegistry(TypeRegistry.newBuilder()
                    .add(ErrorDetailsProto.getDescriptor().getMessageTypes())
                    .build());

    private Contract() {}

    /** The method of this name; empty where no known service has it. */
    static Optional<MethodDescriptor> method(String fullName) {
        int slash = fullName.indexOf('/');
        for (FileDescriptor file : FILES) {
            for (ServiceDescriptor service : file.getServices()) {
                if (service.getFullName().equals(fullName.substring(0, slash))) {
                    return Optional.ofNullable(service.findMethodByName(fullName.substring(slash + 1)));
                }
            }
        }
        return Optional.empty();
    }

    static byte[] message(Descriptor type, Object yaml) {
        DynamicMessage.Builder builder = DynamicMessage.newBuilder(type);
        try {
            JsonFormat.parser().merge(json(yaml), builder);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("case: `" + yaml + "` is no " + type.getFullName(), e);
        }
        return builder.build().toByteArray();
    }

    static Object plain(Descriptor type, byte[] bytes) throws InvalidProtocolBufferException {
        return plain(DynamicMessage.parseFrom(type, bytes));
    }

    static Object plain(MessageOrBuilder message) throws InvalidProtocolBufferException {
        // JSON is YAML
        return new Load(LoadSettings.builder().build()).loadFromString(PRINTER.print(message));
    }

    private static String json(Object yaml) {
        if (yaml instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> quoted(entry.getKey().toString()) + ":" + json(entry.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
        }
        if (yaml instanceof List<?> list) {
            return list.stream().map(Contract::json).collect(Collectors.joining(",", "[", "]"));
        }
        return yaml instanceof Number || yaml instanceof Boolean ? yaml.toString() : quoted(yaml.toString());
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
