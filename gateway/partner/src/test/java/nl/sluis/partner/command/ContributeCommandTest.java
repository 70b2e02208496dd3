package nl.sluis.partner.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import nl.sluis.partner.FakeGateway;
import nl.sluis.partner.FakeGateway.Contributing;
import nl.sluis.proto.v1.Accepted;
import nl.sluis.proto.v1.ContributeResponse;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.DocumentFormat;
import nl.sluis.proto.v1.GetSelfResponse;
import nl.sluis.proto.v1.Owner;
import nl.sluis.proto.v1.RefusedPart;
import nl.sluis.proto.v1.Tenant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContributeCommandTest {
    private static final String[] LABEL = {"--policy-oid", "1.3.26.1.3.1", "--lacv", "1"};

    @TempDir
    static Path folder;

    private static FakeGateway gateway;

    private final List<Contribution> received = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        gateway = new FakeGateway(folder.resolve("pki"));
        gateway.self = GetSelfResponse.newBuilder()
                .setTenant(Tenant.newBuilder().setTenantId("nld/ssa-centre"))
                .build();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void clear() {
        gateway.contributions.clear();
    }

    @Test
    void eachFileIsAnsweredByName() throws Exception {
        Path good = file("good.tdm", "CCSDS_TDM_VERS = 2.0\n");
        Path partly = file("partly.tdm", "CCSDS_TDM_VERS = 2.0\nRANGE = x\n");
        Path bad = file("bad.cdm", "CCSDS_CDM_VERS = 1.0\n");
        Path again = file("again.tdm", "CCSDS_TDM_VERS = 2.0\nCOMMENT again\n");
        answer();
        Ran ran = contribute(good, partly, bad, again);
        assertThat(ran.out()).isEqualToNormalizingNewlines("""
                accepted    good.tdm  1 records, 278 observations  id-of-good.tdm
                accepted    partly.tdm  1 records, 277 observations  id-of-partly.tdm
                            line 2: RANGE: `x` (expected: a number) [malformed]
                refused     bad.cdm  no TCA
                            document.TCA: none (expected: a time)
                stored      again.tdm  1 records, 278 observations  id-of-again.tdm
                """);
        assertThat(ran.err()).contains("3 accepted (1 already stored), 1 refused, 1 lines refused, 0 unanswered");
        assertThat(ran.exitCode()).isEqualTo(ExitCode.REFUSED);
    }

    @Test
    void aLongUploadTellsHowFarItIs() throws Exception {
        answer();
        AtomicLong seconds = new AtomicLong();
        Ran ran = contribute(
                new ContributeCommand(() -> TimeUnit.SECONDS.toNanos(seconds.addAndGet(2))),
                List.of(),
                file("1.tdm", "CCSDS_TDM_VERS = 2.0\n"),
                file("2.tdm", "CCSDS_TDM_VERS = 2.0\n"),
                file("3.tdm", "CCSDS_TDM_VERS = 2.0\n"),
                file("4.tdm", "CCSDS_TDM_VERS = 2.0\n"));

        assertThat(ran.err().lines().filter(line -> line.startsWith("contributing: ")))
                .containsExactly("contributing: 3 of 4 files answered");
    }

    @Test
    void aFileThatIsGivenTwiceIsAnsweredTwice() throws Exception {
        // answers to what came before go out with the answer to `other.tdm`, so the first of the two is still in flight
        List<ContributeResponse> waiting = new ArrayList<>();
        gateway.contributions.add(answers -> new Contributing(
                request -> {
                    Contribution item = request.getContribution();
                    boolean known = received.stream().anyMatch(item::equals);
                    received.add(item);
                    waiting.add(ContributeResponse.newBuilder()
                            .setClientId(item.getClientId())
                            .setAccepted(Accepted.newBuilder()
                                    .setContributionId("id")
                                    .setRecords(1)
                                    .setDuplicate(known))
                            .build());
                    if (received.size() > 1) {
                        waiting.forEach(answers::onNext);
                        waiting.clear();
                    }
                },
                answers::onCompleted));
        Path file = file("pass.tdm", "CCSDS_TDM_VERS = 2.0\n");
        Ran ran = contribute(file, file("other.tdm", "CCSDS_TDM_VERS = 2.0\n"), file);

        assertThat(ran.out()).isEqualToNormalizingNewlines("""
                accepted    pass.tdm  1 records, 0 observations  id
                accepted    other.tdm  1 records, 0 observations  id
                stored      pass.tdm  1 records, 0 observations  id
                """);
        assertThat(ran.exitCode()).isZero();
    }

    @Test
    void jsonLinesHoldTheGatewaysOwnAnswer() throws Exception {
        answer();
        Ran ran = contribute(List.of("-o", "jsonl"), file("bad.cdm", "CCSDS_CDM_VERS = 1.0\n"));
        assertThat(ran.out().strip())
                .startsWith("{\"file\":\"bad.cdm\",\"answer\":{\"clientId\":\"bad.cdm:")
                .contains(
                        "\"fieldViolations\":[{\"field\":\"document.TCA\",\"description\":\"none (expected: a time)\"}]");
    }

    @Test
    void flagsBecomeTheLabel() throws Exception {
        answer();
        Path file = file("pass.tdm", "CCSDS_TDM_VERS = 2.0\n");
        Ran ran = contribute(
                List.of("--rel", "SWE", "--rel", "NATO", "--mode", "exercise", "--originator", "deu/radar-site"), file);
        assertThat(ran.exitCode()).isZero();
        Contribution item = received.get(0);
        assertThat(item.getLabel().getParts(0).getRelease(0).getMembersList()).containsExactly("NATO", "SWE");
        assertThat(item.getLabel().getDataMode()).isEqualTo(DataMode.DATA_MODE_EXERCISE);
        assertThat(item.getLabel().getOwnersList())
                .containsExactly(Owner.newBuilder()
                        .setNation("NLD")
                        .setTenant("ssa-centre")
                        .build());
        assertThat(item.getLabel().getCreated().getSeconds())
                .isEqualTo(Files.getLastModifiedTime(file).toMillis() / 1000);
        assertThat(item.getOriginator().getNation()).isEqualTo("DEU");
        assertThat(item.getDocument().getFormat()).isEqualTo(DocumentFormat.DOCUMENT_FORMAT_TDM_KVN);
    }

    @Test
    void theSameFileHasTheSameClientIdAndAnotherLabelAnotherOne() throws Exception {
        Path file = file("pass.tdm", "CCSDS_TDM_VERS = 2.0\n");
        for (int i = 0; i < 2; i++) {
            answer();
            contribute(file);
        }
        answer();
        contribute(List.of("--rel", "NATO"), file);
        assertThat(received.get(0).getClientId())
                .startsWith("pass.tdm:")
                .isEqualTo(received.get(1).getClientId());
        assertThat(received.get(2).getClientId()).isNotEqualTo(received.get(0).getClientId());
    }

    @Test
    void aLabelFileIsTheWholeLabel() throws Exception {
        Path label = file("label.json", """
                {"parts": [{"policyOid": "1.3.26.1.3.1", "spifVersion": 1, "classificationLacv": 2}],
                 "owners": [{"nation": "DEU", "tenant": "radar-site"}], "created": "2026-11-01T00:00:00Z",
                 "dataMode": "DATA_MODE_TEST"}
                """);
        Path file = file("pass.tdm", "CCSDS_TDM_VERS = 2.0\n");
        answer();
        Ran ran = Ran.run(gateway, new ContributeCommand(), "--label-file", label.toString(), file.toString());
        assertThat(ran.exitCode()).isZero();
        assertThat(received.get(0).getLabel().getParts(0).getClassificationLacv())
                .isEqualTo(2);
        assertThat(Ran.run(gateway, new ContributeCommand(), "--label-file", file.toString(), file.toString())
                        .exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(Ran.run(gateway, new ContributeCommand(), file.toString()).err())
                .contains("no label (expected: --label-file, or --policy-oid and --lacv)");
    }

    @Test
    void theFormatIsToldByContentThenByName() {
        Map<String, DocumentFormat> byContent = Map.ofEntries(
                Map.entry("CCSDS_TDM_VERS = 2.0", DocumentFormat.DOCUMENT_FORMAT_TDM_KVN),
                Map.entry("COMMENT x\nCCSDS_OPM_VERS=3.0", DocumentFormat.DOCUMENT_FORMAT_OPM_KVN),
                Map.entry("CCSDS_OEM_VERS = 3.0", DocumentFormat.DOCUMENT_FORMAT_OEM_KVN),
                Map.entry("CCSDS_OMM_VERS = 3.0", DocumentFormat.DOCUMENT_FORMAT_OMM_KVN),
                Map.entry("CCSDS_CDM_VERS = 1.0", DocumentFormat.DOCUMENT_FORMAT_CDM_KVN),
                Map.entry("<?xml version=\"1.0\"?>\n<cdm id=\"x\">", DocumentFormat.DOCUMENT_FORMAT_CDM_XML),
                Map.entry("<ndm><omm id=\"x\">", DocumentFormat.DOCUMENT_FORMAT_OMM_XML),
                Map.entry("[{\"OBJECT_NAME\":\"A\",\"MEAN_MOTION\":15.1}]", DocumentFormat.DOCUMENT_FORMAT_OMM_JSON),
                Map.entry("OBJECT_NAME,EPOCH,MEAN_MOTION,ECCENTRICITY\n", DocumentFormat.DOCUMENT_FORMAT_OMM_CSV),
                Map.entry("""
                        ISS (ZARYA)
                        1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927
                        2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537
                        """, DocumentFormat.DOCUMENT_FORMAT_TLE));
        byContent.forEach((content, format) -> assertThat(
                        DocumentFormats.detect("x.txt", content.getBytes(StandardCharsets.UTF_8)))
                .describedAs(content)
                .contains(format));
        assertThat(DocumentFormats.detect("broken.tdm", new byte[] {1, 2, 3}))
                .contains(DocumentFormat.DOCUMENT_FORMAT_TDM_KVN);
        assertThat(DocumentFormats.detect("README.md", "text".getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
    }

    @Test
    void aFileWithoutAFormatOrTooLargeIsRefusedBeforeAnythingIsSent() throws Exception {
        Ran unknown = contribute(file("notes.txt", "hello"));
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(unknown.err()).contains("neither content nor name tells the format");
        Path large = folder.resolve("large.tle");
        Files.write(large, new byte[(int) ContributeCommand.DOCUMENT_BYTES_MAX + 1]);
        assertThat(contribute(large).err()).contains("split the file");
        assertThat(contribute(folder.resolve("absent.tdm")).exitCode()).isEqualTo(ExitCode.USAGE);
    }

    private void answer() {
        gateway.contributions.add(answers -> new Contributing(
                request -> {
                    Contribution item = request.getContribution();
                    received.add(item);
                    String name = item.getDocument().getName();
                    ContributeResponse.Builder answer =
                            ContributeResponse.newBuilder().setClientId(item.getClientId());
                    if (name.startsWith("bad")) {
                        answer.setRefused(com.google.rpc.Status.newBuilder()
                                .setCode(3)
                                .setMessage("no TCA")
                                .addDetails(Any.pack(BadRequest.newBuilder()
                                        .addFieldViolations(BadRequest.FieldViolation.newBuilder()
                                                .setField("document.TCA")
                                                .setDescription("none (expected: a time)"))
                                        .build())));
                    } else {
                        Accepted.Builder accepted = answer.getAcceptedBuilder()
                                .setContributionId("id-of-" + name)
                                .setRecords(1)
                                .setObservations(name.startsWith("partly") ? 277 : 278)
                                .setDuplicate(name.startsWith("again"));
                        if (name.startsWith("partly")) {
                            accepted.addRefusedParts(RefusedPart.newBuilder()
                                    .setLine(2)
                                    .setField("RANGE")
                                    .setFound("x")
                                    .setExpected("a number")
                                    .setRule("malformed"));
                        }
                    }
                    answers.onNext(answer.build());
                },
                answers::onCompleted));
    }

    private static Ran contribute(Path... files) {
        return contribute(List.of(), files);
    }

    private static Ran contribute(List<String> options, Path... files) {
        return contribute(new ContributeCommand(), options, files);
    }

    private static Ran contribute(ContributeCommand command, List<String> options, Path... files) {
        List<String> arguments = new java.util.ArrayList<>(List.of(LABEL));
        arguments.addAll(options);
        for (Path file : files) {
            arguments.add(file.toString());
        }
        return Ran.run(gateway, command, arguments.toArray(String[]::new));
    }

    private static Path file(String name, String content) throws Exception {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            Files.writeString(file, content);
        }
        return file;
    }
}
