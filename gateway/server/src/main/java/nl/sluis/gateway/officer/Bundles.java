package nl.sluis.gateway.officer;

import com.google.protobuf.ByteString;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.release.PolicyChanges;
import nl.sluis.gateway.release.PolicyInForce;
import nl.sluis.gateway.release.SignedFiles;
import nl.sluis.policy.bundle.BundleSignatures;
import nl.sluis.policy.change.Comparison;
import nl.sluis.policy.change.CounterExample;
import nl.sluis.policy.change.Preview;
import nl.sluis.policy.change.Proof;
import nl.sluis.policy.text.PolicyException;
import nl.sluis.policy.text.Problem;
import nl.sluis.policy.text.ProblemKind;
import nl.sluis.proto.v1.ChangeDirection;
import nl.sluis.proto.v1.CheckDraftResponse;
import nl.sluis.proto.v1.PolicyBundle;
import nl.sluis.proto.v1.PolicyFile;
import nl.sluis.proto.v1.PolicyProblem;
import nl.sluis.proto.v1.PolicySignature;

/**
 * The bundle in force, drafts and proposals. A proposal comes into force with its last signature; until then it waits
 * here, in memory. Proofs take up to a second, so it is not for an event loop.
 */
public final class Bundles {
    /** Proposals that wait for signatures; the oldest leaves when there are more. */
    private static final int PROPOSALS_MAX = 16;

    private final PolicyInForce policy;
    private final PolicyChanges changes;
    private final InstantSource clock;
    private final Map<String, SignedFiles> proposals = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, SignedFiles> eldest) {
            return size() > PROPOSALS_MAX;
        }
    };

    /**
     * @param policy the policy in force
     * @param changes brings bundles into force
     * @param clock the gateway's clock
     */
    public Bundles(PolicyInForce policy, PolicyChanges changes, InstantSource clock) {
        this.policy = policy;
        this.changes = changes;
        this.clock = clock;
    }

    /** The bundle in force, with the signatures that brought it there. */
    public PolicyBundle inForce() {
        nl.sluis.policy.bundle.PolicyBundle bundle = policy.bundle();
        PolicyBundle.Builder told = PolicyBundle.newBuilder()
                .setVersion(bundle.header().version())
                .setDigest(ByteString.copyFrom(BundleSignatures.digest(bundle)))
                .setValidFrom(Times.timestamp(bundle.header().validFrom()))
                .setValidUntil(Times.timestamp(bundle.header().validUntil()));
        bundle.header()
                .predecessor()
                .ifPresent(digest ->
                        told.setPredecessor(ByteString.copyFrom(HexFormat.of().parseHex(digest))));
        bundle.files()
                .forEach((path, content) ->
                        told.addFiles(PolicyFile.newBuilder().setPath(path).setContent(ByteString.copyFrom(content))));
        changes.signatures()
                .forEach(cms -> told.addSignatures(PolicySignature.newBuilder().setCms(ByteString.copyFrom(cms))));
        return told.build();
    }

    /** What is wrong with a draft, or what it would change and who would have to sign. */
    public CheckDraftResponse check(List<PolicyFile> files) {
        CheckDraftResponse.Builder answer = CheckDraftResponse.newBuilder();
        try {
            nl.sluis.policy.bundle.PolicyBundle draft = nl.sluis.policy.bundle.PolicyBundle.load(contents(files));
            Preview.problems(draft, clock.instant()).stream()
                    .map(Bundles::problem)
                    .forEach(answer::addProblems);
            Comparison comparison = Proof.compare(policy.bundle(), draft);
            answer.setDirection(ChangeDirection.valueOf(
                            "CHANGE_DIRECTION_" + comparison.direction().name()))
                    .setOfficersNeeded(comparison.officers().values().stream()
                            .mapToInt(Integer::intValue)
                            .sum());
            comparison.gains().stream().map(CounterExample::sentence).forEach(answer::addCounterExamples);
            answer.addAllCounterExamples(comparison.unmodelled());
        } catch (PolicyException e) {
            e.problems().stream().map(Bundles::problem).forEach(answer::addProblems);
        }
        return answer.build();
    }

    /**
     * Proposes a bundle with the signatures that it has.
     *
     * @return signatures that are missing; 0: it is in force
     * @throws PolicyException where signatures alone would not bring it into force
     */
    public int propose(PolicyBundle proposed) throws PolicyException {
        List<byte[]> signatures = new ArrayList<>();
        proposed.getSignaturesList().forEach(one -> signatures.add(one.getCms().toByteArray()));
        return propose(new SignedFiles(contents(proposed.getFilesList()), signatures));
    }

    /**
     * Adds a signature to a proposal.
     *
     * @param digest of the proposed manifest
     * @return signatures that are missing; 0: it is in force; empty where no such proposal waits
     * @throws PolicyException as {@link #propose}
     */
    public Optional<Integer> approve(byte[] digest, byte[] cms) throws PolicyException {
        SignedFiles waiting;
        synchronized (proposals) {
            waiting = proposals.get(HexFormat.of().formatHex(digest));
        }
        if (waiting == null) {
            return Optional.empty();
        }
        List<byte[]> signatures = new ArrayList<>(waiting.signatures());
        signatures.add(cms);
        return Optional.of(propose(new SignedFiles(waiting.files(), signatures)));
    }

    private int propose(SignedFiles files) throws PolicyException {
        String digest = nl.sluis.policy.bundle.PolicyBundle.load(files.files()).digestHex();
        try {
            changes.propose(files);
            synchronized (proposals) {
                proposals.remove(digest);
            }
            return 0;
        } catch (PolicyException e) {
            if (e.problems().stream().anyMatch(p -> p.kind() != ProblemKind.UNSIGNED)) {
                throw e;
            }
            synchronized (proposals) {
                proposals.put(digest, files);
            }
            return e.problems().stream()
                    .mapToInt(p -> Integer.parseInt(p.expected()) - Integer.parseInt(p.found()))
                    .sum();
        }
    }

    private static Map<String, byte[]> contents(List<PolicyFile> files) {
        Map<String, byte[]> contents = new TreeMap<>();
        files.forEach(file -> contents.put(file.getPath(), file.getContent().toByteArray()));
        return contents;
    }

    private static PolicyProblem problem(Problem problem) {
        return PolicyProblem.newBuilder()
                .setFile(problem.at().file())
                .setLine(problem.at().line())
                .setColumn(problem.at().column())
                .setFound(problem.message())
                .setExpected(problem.expected())
                .setNearest(problem.nearest())
                .setRule(problem.kind().name())
                .build();
    }
}
