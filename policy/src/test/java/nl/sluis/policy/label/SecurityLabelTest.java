package nl.sluis.policy.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import java.util.List;
import nl.sluis.proto.v1.AnyOf;
import nl.sluis.proto.v1.Category;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.Owner;
import nl.sluis.proto.v1.PolicyPart;
import org.junit.jupiter.api.Test;

class SecurityLabelTest {
    private static final Spifs SPIFS = Spifs.standard();
    private static final Label RIGHT = Label.newBuilder()
            .addParts(PolicyPart.newBuilder()
                    .setPolicyOid("1.3.26.1.3.1")
                    .setSpifVersion(1)
                    .setClassificationLacv(2)
                    .addRelease(AnyOf.newBuilder().addMembers("NATO")))
            .addOwners(Owner.newBuilder().setNation("NLD").setTenant("ssa-centre"))
            .setCreated(Timestamp.newBuilder().setSeconds(1_700_000_000))
            .setDataMode(DataMode.DATA_MODE_REAL)
            .build();

    @Test
    void theMarkingIsWhatADocumentWouldCarry() throws Exception {
        assertThat(SecurityLabel.of(RIGHT, SPIFS).marking()).isEqualTo("NATO RESTRICTED REL TO NATO");
    }

    @Test
    void theCanonicalFormDoesNotDependOnOrderOrRepeats() throws Exception {
        Label shuffled = RIGHT.toBuilder()
                .clearOwners()
                .addOwners(RIGHT.getOwners(0))
                .addOwners(RIGHT.getOwners(0))
                .setParts(
                        0,
                        RIGHT.getParts(0).toBuilder()
                                .addRelease(
                                        AnyOf.newBuilder().addMembers("nato").addMembers("NATO"))
                                .addRelease(AnyOf.newBuilder().addMembers("DEU").addMembers("NATO")))
                .build();

        assertThat(SecurityLabel.of(shuffled, SPIFS).digestHex())
                .isEqualTo(SecurityLabel.of(RIGHT, SPIFS).digestHex())
                .hasSize(64);
    }

    @Test
    void everyRefusalNamesFieldFoundAndExpected() {
        PolicyPart part = RIGHT.getParts(0);
        refuses(RIGHT.toBuilder().clearParts(), "parts: no part (expected: at least one)");
        refuses(RIGHT.toBuilder().clearOwners(), "owners: no owner (expected: at least one)");
        refuses(RIGHT.toBuilder().clearCreated(), "created: no creation time (expected: a time)");
        refuses(
                RIGHT.toBuilder().clearDataMode(),
                "data_mode: no data mode (expected: REAL, EXERCISE, SIMULATED or TEST)");
        refuses(
                RIGHT.toBuilder().setParts(0, part.toBuilder().setClassificationLacv(9)),
                "parts[0].classification_lacv: unknown classification `9` of `NATO` (expected: 1 (unclassified), "
                        + "2 (restricted), 3 (confidential), 4 (secret), 5 (top-secret))");
        refuses(
                RIGHT.toBuilder().setParts(0, part.toBuilder().setSpifVersion(2)),
                "parts[0].spif_version: version 2 of `NATO` is not known (expected: 1)");
        refuses(
                RIGHT.toBuilder().addParts(part),
                "parts[1].policy_oid: policy `NATO` stands twice (expected: one part a policy)");
        refuses(
                RIGHT.toBuilder().setParts(0, part.toBuilder().addRelease(AnyOf.getDefaultInstance())),
                "parts[0].release[1]: clause without members admits nobody (expected: a nation or community)");
        refuses(
                RIGHT.toBuilder()
                        .setParts(
                                0,
                                part.toBuilder().addRelease(AnyOf.newBuilder().addMembers("NL"))),
                "parts[0].release[1]: unknown nation or community `NL` (expected: perhaps NLD)");
        refuses(
                RIGHT.toBuilder()
                        .setParts(
                                0,
                                part.toBuilder()
                                        .addRestrictive(Category.newBuilder()
                                                .setTagSetOid("1.3.6.1.4.1.32473.4774.1.2")
                                                .setLacv(1))),
                "parts[0].restrictive[0]: unknown category `1.3.6.1.4.1.32473.4774.1.2` value `1` of `NATO` "
                        + "(expected: restrictive category of `NATO`)");
        refuses(
                RIGHT.toBuilder()
                        .setOwners(0, Owner.newBuilder().setNation("NLD").setTenant("SSA Centre")),
                "owners[0].tenant: tenant `SSA Centre` is malformed (expected: lower-case letters, digits, `-`)");
        refuses(
                RIGHT.toBuilder().setCreated(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE)),
                "created: time of 9223372036854775807 s is out of range (expected: years 1 to 9999)");
        refuses(
                RIGHT.toBuilder()
                        .setUnknownFields(UnknownFieldSet.newBuilder()
                                .addField(
                                        99,
                                        UnknownFieldSet.Field.newBuilder()
                                                .addVarint(1)
                                                .build())
                                .build()),
                "label: a field that this version does not know (expected: known fields only)");
    }

    @Test
    void historyNeverLeaves() throws Exception {
        SecurityLabel label = SecurityLabel.of(RIGHT, SPIFS);
        SecurityLabel fused = label.withLineage(
                List.of(new LineageStep(label.digestHex(), LineageStep.Operation.FUSE, new OwnerId("NLD", "gateway"))));

        assertThat(fused).isNotEqualTo(label);
        assertThat(SecurityLabel.of(fused.toProto(), SPIFS)).isEqualTo(fused);
        assertThat(fused.released()).isEqualTo(label);
    }

    private static void refuses(Label.Builder label, String message) {
        LabelException refusal =
                catchThrowableOfType(LabelException.class, () -> SecurityLabel.of(label.build(), SPIFS));
        assertThat(refusal).hasMessage(message);
    }
}
