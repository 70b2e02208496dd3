package nl.sluis.gateway.rpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import io.grpc.reflection.v1.ErrorResponse;
import io.grpc.reflection.v1.ExtensionNumberResponse;
import io.grpc.reflection.v1.FileDescriptorResponse;
import io.grpc.reflection.v1.ListServiceResponse;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Server reflection, v1 and v1alpha, for callers that were let in: which services there are and what their messages look
 * like. All of it is the published contract.
 */
final class ReflectionMethods {
    private final Set<String> serviceNames;
    private final Map<String, FileDescriptor> filesByName = new TreeMap<>();
    private final Map<String, FileDescriptor> filesBySymbol = new TreeMap<>();
    private final Map<String, Map<Integer, FileDescriptor>> filesByExtension = new TreeMap<>();

    private ReflectionMethods(Methods.Builder methods) {
        serviceNames = methods.serviceNames();
        for (io.grpc.ServiceDescriptor service : methods.services()) {
            if (service.getSchemaDescriptor() instanceof ProtoFileDescriptorSupplier supplier) {
                index(supplier.getFileDescriptor());
            }
        }
    }

    /** Adds both versions; they describe all services that the table has by now, and themselves. */
    static void register(Methods.Builder methods) {
        methods.service(ServerReflectionGrpc.getServiceDescriptor());
        methods.service(io.grpc.reflection.v1alpha.ServerReflectionGrpc.getServiceDescriptor());
        ReflectionMethods reflection = new ReflectionMethods(methods);
        methods.items(
                        ServerReflectionGrpc.getServerReflectionInfoMethod(),
                        (caller, request) -> CompletableFuture.completedStage(reflection.answer(request)))
                .items(
                        io.grpc.reflection.v1alpha.ServerReflectionGrpc.getServerReflectionInfoMethod(),
                        (caller, request) -> reflection.answerAlpha(request));
    }

    /** The two versions are the same on the wire. */
    private CompletionStage<io.grpc.reflection.v1alpha.ServerReflectionResponse> answerAlpha(
            io.grpc.reflection.v1alpha.ServerReflectionRequest request) {
        try {
            ServerReflectionResponse response = answer(ServerReflectionRequest.parseFrom(request.toByteString()));
            return CompletableFuture.completedStage(
                    io.grpc.reflection.v1alpha.ServerReflectionResponse.parseFrom(response.toByteString()));
        } catch (InvalidProtocolBufferException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private ServerReflectionResponse answer(ServerReflectionRequest request) {
        ServerReflectionResponse.Builder response = ServerReflectionResponse.newBuilder()
                .setValidHost(request.getHost())
                .setOriginalRequest(request);
        return switch (request.getMessageRequestCase()) {
            case LIST_SERVICES -> response.setListServicesResponse(services()).build();
            case FILE_BY_FILENAME ->
                file(response, request.getFileByFilename(), filesByName.get(request.getFileByFilename()));
            case FILE_CONTAINING_SYMBOL ->
                file(response, request.getFileContainingSymbol(), filesBySymbol.get(request.getFileContainingSymbol()));
            case FILE_CONTAINING_EXTENSION -> {
                String type = request.getFileContainingExtension().getContainingType();
                int number = request.getFileContainingExtension().getExtensionNumber();
                yield file(
                        response,
                        type + " " + number,
                        filesByExtension.getOrDefault(type, Map.of()).get(number));
            }
            case ALL_EXTENSION_NUMBERS_OF_TYPE -> extensions(response, request.getAllExtensionNumbersOfType());
            case MESSAGEREQUEST_NOT_SET -> error(response, Code.INVALID_ARGUMENT, "no question (expected: one)");
        };
    }

    private ListServiceResponse services() {
        ListServiceResponse.Builder list = ListServiceResponse.newBuilder();
        for (String name : serviceNames) {
            list.addService(ServiceResponse.newBuilder().setName(name));
        }
        return list.build();
    }

    private static ServerReflectionResponse file(
            ServerReflectionResponse.Builder response, String asked, @Nullable FileDescriptor file) {
        if (file == null) {
            return error(response, Code.NOT_FOUND, "`" + asked + "`: not known here");
        }
        FileDescriptorResponse.Builder files = FileDescriptorResponse.newBuilder();
        withImports(file)
                .values()
                .forEach(each -> files.addFileDescriptorProto(each.toProto().toByteString()));
        return response.setFileDescriptorResponse(files).build();
    }

    private ServerReflectionResponse extensions(ServerReflectionResponse.Builder response, String type) {
        if (!filesBySymbol.containsKey(type)) {
            return error(response, Code.NOT_FOUND, "`" + type + "`: not known here");
        }
        return response.setAllExtensionNumbersResponse(ExtensionNumberResponse.newBuilder()
                        .setBaseTypeName(type)
                        .addAllExtensionNumber(
                                filesByExtension.getOrDefault(type, Map.of()).keySet()))
                .build();
    }

    private static ServerReflectionResponse error(
            ServerReflectionResponse.Builder response, Code code, String message) {
        return response.setErrorResponse(ErrorResponse.newBuilder()
                        .setErrorCode(code.getNumber())
                        .setErrorMessage(message))
                .build();
    }

    private void index(FileDescriptor root) {
        for (FileDescriptor file : withImports(root).values()) {
            if (filesByName.putIfAbsent(file.getName(), file) != null) {
                continue;
            }
            for (ServiceDescriptor service : file.getServices()) {
                filesBySymbol.put(service.getFullName(), file);
                for (MethodDescriptor method : service.getMethods()) {
                    filesBySymbol.put(method.getFullName(), file);
                }
            }
            file.getMessageTypes().forEach(message -> index(message, file));
            file.getEnumTypes().forEach(enumeration -> index(enumeration, file));
            file.getExtensions().forEach(extension -> index(extension, file));
        }
    }

    private void index(Descriptor message, FileDescriptor file) {
        filesBySymbol.put(message.getFullName(), file);
        message.getNestedTypes().forEach(nested -> index(nested, file));
        message.getEnumTypes().forEach(enumeration -> index(enumeration, file));
        message.getExtensions().forEach(extension -> index(extension, file));
    }

    private void index(EnumDescriptor enumeration, FileDescriptor file) {
        filesBySymbol.put(enumeration.getFullName(), file);
    }

    private void index(FieldDescriptor extension, FileDescriptor file) {
        filesBySymbol.put(extension.getFullName(), file);
        filesByExtension
                .computeIfAbsent(extension.getContainingType().getFullName(), type -> new TreeMap<>())
                .put(extension.getNumber(), file);
    }

    /** The file and all that it imports, each once, the file first. */
    private static Map<String, FileDescriptor> withImports(FileDescriptor root) {
        Map<String, FileDescriptor> found = new LinkedHashMap<>();
        Deque<FileDescriptor> waiting = new ArrayDeque<>();
        waiting.add(root);
        while (!waiting.isEmpty()) {
            FileDescriptor file = waiting.removeFirst();
            if (found.putIfAbsent(file.getName(), file) == null) {
                waiting.addAll(file.getDependencies());
            }
        }
        return found;
    }
}
