package nl.sluis.policy.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ADatP-4774 XML, US portion marks and attribute export. */
class NotationsTest {
    private static final Spifs SPIFS = Spifs.standard();
    private static final OwnerId NLD = OwnerId.parse("NLD");
    private static final Instant CREATED = Instant.parse("2026-01-02T03:04:05Z");

    @Test
    void aLabelSurvivesXmlInEveryPart() throws Exception {
        SecurityLabel label = LabelNotation.parse(
                "{NATO: {level: top-secret, with: [atomal], info: [staff], rel: [[NATO], [NLD, DEU]]}, NLD: {level: secret},"
                        + " owner: NLD, created: 2026-01-02T03:04:05Z, review: 2031-01-01T00:00:00Z}",
                SPIFS);

        List<byte[]> documents = Adatp4774.write(label);
        SecurityLabel back = SecurityLabel.join(List.of(
                Adatp4774.read(documents.get(0), List.of(NLD), Mode.REAL, SPIFS).label(),
                Adatp4774.read(documents.get(1), List.of(NLD), Mode.REAL, SPIFS).label()));

        assertThat(back).isEqualTo(label);
    }

    @Test
    void receivedBytesAreKeptAsTheyCame() throws Exception {
        byte[] xml = xml(
                "NATO",
                "RESTRICTED",
                "<Category Type='PERMISSIVE' TagName='Releasable to'>"
                        + "<GenericValue>NATO</GenericValue></Category>");

        Adatp4774.Received received = Adatp4774.read(xml, List.of(NLD), Mode.REAL, SPIFS);

        assertThat(received.original().toByteArray()).isEqualTo(xml);
        assertThat(received.label().marking()).isEqualTo("NATO RESTRICTED REL TO NATO");
    }

    @Test
    void withoutReleasableToADocumentIsForItsOwnersOnly() throws Exception {
        assertThat(Adatp4774.read(xml("NATO", "SECRET", ""), List.of(NLD), Mode.REAL, SPIFS)
                        .label()
                        .marking())
                .isEqualTo("NATO SECRET REL TO NLD");
    }

    @Test
    void whatIsNotKnownIsRefusedAndNotSkipped() {
        refusesXml(xml("NATTO", "SECRET", ""), "unknown security policy `NATTO`");
        refusesXml(xml("NATO", "VERY SECRET", ""), "unknown classification `VERY SECRET` of `NATO`");
        refusesXml(
                xml(
                        "NATO",
                        "SECRET",
                        "<Category Type='RESTRICTIVE' TagName='x'><GenericValue>X</GenericValue></Category>"),
                "unknown value `X`");
        refusesXml(xml("NATO", "SECRET", "<Caveat/>"), "element `Caveat`");
        refusesXml(xml("NATO", "SECRET", "<Category Type='PERMISSIVE' TagName='x'/>"), "clause without members");
        refusesXml(
                "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>".getBytes(StandardCharsets.UTF_8),
                "a document type declaration");
        refusesXml("<a".getBytes(StandardCharsets.UTF_8), "not XML at line 1");
        refusesXml(new byte[(64 << 10) + 1], "document of 65537 bytes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "U | USA UNCLASSIFIED REL TO USA/ssn",
                "(S//NF) | USA SECRET REL TO USA",
                "C//REL TO USA, FVEY | USA CONFIDENTIAL REL TO AUS, CAN, GBR, NZL, USA",
                "U//FOUO | USA UNCLASSIFIED FOUO REL TO USA/ssn",
                "TS//ORCON/REL TO USA, NLD | USA TOP SECRET ORCON REL TO NLD, USA",
            })
    void portionMarksAreRead(String mark, String marking) throws Exception {
        assertThat(PortionMark.read(mark, OwnerId.parse("USA/ssn"), CREATED, Mode.REAL, SPIFS)
                        .marking())
                .isEqualTo(marking);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X//NF | unknown classification `X` in `X//NF` (expected: U, C, S or TS)",
                "S//SI | unknown control `SI` in `S//SI` (expected: NF, REL TO, ORCON, IMCON, RELIDO, FOUO or CUI)",
                "S//REL TO US | unknown nation or community `US` (expected: perhaps USA)",
            })
    void aControlThatIsNotKnownIsRefused(String mark, String message) {
        LabelException refusal = catchThrowableOfType(
                LabelException.class,
                () -> PortionMark.read(mark, OwnerId.parse("USA/ssn"), CREATED, Mode.REAL, SPIFS));
        assertThat(refusal).hasMessage("portion: " + message);
    }

    @Test
    void attributesNameEveryPart() throws Exception {
        assertThat(AttributeExport.attributes(
                        LabelNotation.parse("{NATO: restricted, rel: [[NATO], [NLD, DEU]], owner: NLD}", SPIFS),
                        "sluis.example"))
                .containsExactly(
                        "https://sluis.example/attr/nato-classification/value/restricted",
                        "https://sluis.example/attr/nato-releasable-to/value/deu",
                        "https://sluis.example/attr/nato-releasable-to/value/nld",
                        "https://sluis.example/attr/nato-releasable-to-2/value/nato",
                        "https://sluis.example/attr/owner/value/nld",
                        "https://sluis.example/attr/data-mode/value/real");
    }

    private static void refusesXml(byte[] xml, String message) {
        LabelException refusal =
                catchThrowableOfType(LabelException.class, () -> Adatp4774.read(xml, List.of(NLD), Mode.REAL, SPIFS));
        assertThat(refusal).hasMessageContaining(message);
    }

    private static byte[] xml(String policy, String level, String more) {
        return ("<?xml version='1.0'?><originatorConfidentialityLabel xmlns='" + Adatp4774.NAMESPACE + "'>"
                        + "<ConfidentialityInformation><PolicyIdentifier>" + policy + "</PolicyIdentifier>"
                        + "<Classification>" + level + "</Classification>" + more + "</ConfidentialityInformation>"
                        + "<CreationDateTime>2026-01-02T03:04:05Z</CreationDateTime></originatorConfidentialityLabel>")
                .getBytes(StandardCharsets.UTF_8);
    }
}
