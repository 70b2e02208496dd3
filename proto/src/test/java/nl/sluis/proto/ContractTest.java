package nl.sluis.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import com.google.protobuf.ExtensionRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import nl.sluis.proto.v1.Options;
import nl.sluis.proto.v1.Sensitivity;
import org.junit.jupiter.api.Test;

/** Reads the published descriptor set, as a partner in any language can, and checks what every element must carry. */
class ContractTest {
    private final List<FileDescriptorProto> files = ownFiles();

    @Test
    void everyFieldSaysHowSensitiveItIs() {
        List<String> silent = new ArrayList<>();
        for (FileDescriptorProto file : files) {
            for (DescriptorProto message : file.getMessageTypeList()) {
                collectFieldsWithoutSensitivity(message.getName(), message, silent);
            }
        }
        assertThat(silent).isEmpty();
    }

    @Test
    void everyElementHasAComment() {
        List<String> silent = new ArrayList<>();
        for (FileDescriptorProto file : files) {
            Comments comments = new Comments(file);
            comments.require(List.of(2), file.getName() + " package", silent);
            for (int i = 0; i < file.getMessageTypeCount(); i++) {
                requireComments(List.of(4, i), file.getMessageType(i), comments, silent);
            }
            for (int i = 0; i < file.getEnumTypeCount(); i++) {
                requireComments(List.of(5, i), file.getEnumType(i), comments, silent);
            }
            for (int i = 0; i < file.getServiceCount(); i++) {
                comments.require(List.of(6, i), file.getService(i).getName(), silent);
                for (int j = 0; j < file.getService(i).getMethodCount(); j++) {
                    comments.require(
                            List.of(6, i, 2, j), file.getService(i).getMethod(j).getName(), silent);
                }
            }
            for (int i = 0; i < file.getExtensionCount(); i++) {
                comments.require(List.of(7, i), file.getExtension(i).getName(), silent);
            }
        }
        assertThat(silent).isEmpty();
    }

    @Test
    void everyEnumStartsWithUnspecified() {
        List<String> firstNames = new ArrayList<>();
        List<String> expectedNames = new ArrayList<>();
        for (EnumDescriptorProto enumeration : allEnums()) {
            firstNames.add(enumeration.getValue(0).getNumber() + " "
                    + enumeration.getValue(0).getName());
            expectedNames.add("0 " + upperSnake(enumeration.getName()) + "_UNSPECIFIED");
        }
        assertThat(firstNames).isNotEmpty().isEqualTo(expectedNames);
    }

    @Test
    void aNumberWithAUnitSaysWhichUnit() {
        // an unqualified double is allowed only where the quantity has no unit or the message states it
        List<String> withoutUnit = files.stream()
                .flatMap(file -> file.getMessageTypeList().stream())
                .flatMap(message -> message.getFieldList().stream()
                        .filter(field -> field.getType() == FieldDescriptorProto.Type.TYPE_DOUBLE)
                        .filter(field -> !field.getName()
                                .matches(".*_(m|m2|s|hz|rad|percent|kg|per_m)|.*_(m|m2|rad|w)_(s|s2|s3|kg)"))
                        .map(field -> message.getName() + "." + field.getName()))
                .sorted()
                .toList();
        assertThat(withoutUnit)
                .containsExactly(
                        "CollisionProbability.value",
                        "ConjunctionObject.drag_srp_thrust_covariance",
                        "ConjunctionWarning.mahalanobis_distance",
                        "Covariance.lower_triangle",
                        "Disagreement.sigmas",
                        "FitQuality.weighted_rms",
                        "Magnitude.magnitude",
                        "Magnitude.sigma",
                        "MeanElements.eccentricity",
                        "OrbitDetermination.weighted_rms",
                        "ProbabilitySensitivity.radius_factor",
                        "ProbabilitySensitivity.sigma_factor",
                        "ProbabilitySensitivity.value",
                        "SensorCalibration.bias",
                        "SensorCalibration.bias_sigma",
                        "SensorCalibration.noise",
                        "SensorResiduals.bias",
                        "SensorResiduals.mean",
                        "SensorResiduals.rms",
                        "Vector3.x",
                        "Vector3.y",
                        "Vector3.z");
    }

    private static void collectFieldsWithoutSensitivity(String path, DescriptorProto message, List<String> silent) {
        for (FieldDescriptorProto field : message.getFieldList()) {
            if (field.getOptions().getExtension(Options.sensitivity) == Sensitivity.SENSITIVITY_UNSPECIFIED) {
                silent.add(path + "." + field.getName());
            }
        }
        for (DescriptorProto nested : message.getNestedTypeList()) {
            collectFieldsWithoutSensitivity(path + "." + nested.getName(), nested, silent);
        }
    }

    private static void requireComments(
            List<Integer> path, DescriptorProto message, Comments comments, List<String> silent) {
        comments.require(path, message.getName(), silent);
        for (int i = 0; i < message.getFieldCount(); i++) {
            comments.require(
                    join(path, 2, i),
                    message.getName() + "." + message.getField(i).getName(),
                    silent);
        }
        for (int i = 0; i < message.getNestedTypeCount(); i++) {
            requireComments(join(path, 3, i), message.getNestedType(i), comments, silent);
        }
        for (int i = 0; i < message.getEnumTypeCount(); i++) {
            requireComments(join(path, 4, i), message.getEnumType(i), comments, silent);
        }
        for (int i = 0; i < message.getOneofDeclCount(); i++) {
            // proto3 optional makes a hidden oneof `_name` that nobody wrote
            if (!message.getOneofDecl(i).getName().startsWith("_")) {
                comments.require(
                        join(path, 8, i),
                        message.getName() + "." + message.getOneofDecl(i).getName(),
                        silent);
            }
        }
    }

    private static void requireComments(
            List<Integer> path, EnumDescriptorProto enumeration, Comments comments, List<String> silent) {
        comments.require(path, enumeration.getName(), silent);
        for (int i = 0; i < enumeration.getValueCount(); i++) {
            comments.require(join(path, 2, i), enumeration.getValue(i).getName(), silent);
        }
    }

    private static List<Integer> join(List<Integer> path, int field, int index) {
        List<Integer> longer = new ArrayList<>(path);
        longer.add(field);
        longer.add(index);
        return longer;
    }

    private List<EnumDescriptorProto> allEnums() {
        List<EnumDescriptorProto> all = new ArrayList<>();
        for (FileDescriptorProto file : files) {
            all.addAll(file.getEnumTypeList());
            file.getMessageTypeList().forEach(message -> all.addAll(message.getEnumTypeList()));
        }
        return all;
    }

    private static String upperSnake(String camel) {
        return camel.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
    }

    private static List<FileDescriptorProto> ownFiles() {
        ExtensionRegistry extensions = ExtensionRegistry.newInstance();
        Options.registerAllExtensions(extensions);
        try (InputStream published = ContractTest.class.getResourceAsStream("/sluis/v1/descriptors.binpb")) {
            return FileDescriptorSet.parseFrom(published, extensions).getFileList().stream()
                    .filter(file -> file.getPackage().equals("sluis.v1"))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The comments of one file by the path of their element; paths as in descriptor.proto, SourceCodeInfo. */
    private static final class Comments {
        private final Map<List<Integer>, String> byPath;

        Comments(FileDescriptorProto file) {
            byPath = file.getSourceCodeInfo().getLocationList().stream()
                    .collect(Collectors.toMap(Location::getPathList, Location::getLeadingComments, (a, b) -> a + b));
        }

        void require(List<Integer> path, String name, List<String> silent) {
            if (byPath.getOrDefault(path, "").isBlank()) {
                silent.add(name);
            }
        }
    }
}
