package nl.sluis.gateway.stream;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructTypeReference;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.OrbitRegime;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.SubscribeRequest;
import org.jspecify.annotations.Nullable;

/** What a subscriber asked for, tested on the product as released to it, never on what was withheld. */
final class Filter {
    private static final int EXPRESSION_LENGTH_MAX = 2_000; // characters; longer ones cost more to check than to serve

    /** Steps of all loops of an expression over one product: it runs on an event loop that others share. */
    private static final int EXPRESSION_ITERATIONS_MAX = 1_000;

    private static final Cel CEL = CelFactory.plannerCelBuilder()
            .setOptions(CelOptions.current()
                    .enableHeterogeneousNumericComparisons(true)
                    .comprehensionMaxIterations(EXPRESSION_ITERATIONS_MAX)
                    .build())
            .addMessageTypes(Product.getDescriptor())
            .addVar(
                    "product",
                    StructTypeReference.create(Product.getDescriptor().getFullName()))
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .setResultType(SimpleType.BOOL)
            .build();

    private final Set<ProductKind> kinds;
    private final Set<String> objects;
    private final Set<OrbitRegime> regimes;
    private final Set<DataMode> modes;
    private final CelRuntime.@Nullable Program expression;

    private Filter(
            Set<ProductKind> kinds,
            Set<String> objects,
            Set<OrbitRegime> regimes,
            Set<DataMode> modes,
            CelRuntime.@Nullable Program expression) {
        this.kinds = kinds;
        this.objects = objects;
        this.regimes = regimes;
        this.modes = modes;
        this.expression = expression;
    }

    static Filter of(SubscribeRequest request) throws SubscriptionRefused {
        Set<ProductKind> kinds = EnumSet.noneOf(ProductKind.class);
        for (int i = 0; i < request.getKindsCount(); i++) {
            kinds.add(known(
                    request.getKinds(i),
                    ProductKind.UNRECOGNIZED,
                    ProductKind.PRODUCT_KIND_UNSPECIFIED,
                    "kinds[" + i + "]"));
        }
        Set<OrbitRegime> regimes = EnumSet.noneOf(OrbitRegime.class);
        for (int i = 0; i < request.getRegimesCount(); i++) {
            regimes.add(known(
                    request.getRegimes(i),
                    OrbitRegime.UNRECOGNIZED,
                    OrbitRegime.ORBIT_REGIME_UNSPECIFIED,
                    "regimes[" + i + "]"));
        }
        Set<DataMode> modes = EnumSet.noneOf(DataMode.class);
        for (int i = 0; i < request.getDataModesCount(); i++) {
            modes.add(known(
                    request.getDataModes(i),
                    DataMode.UNRECOGNIZED,
                    DataMode.DATA_MODE_UNSPECIFIED,
                    "data_modes[" + i + "]"));
        }
        if (modes.isEmpty()) {
            modes.add(DataMode.DATA_MODE_REAL);
        }
        Set<String> objects = new TreeSet<>();
        for (int i = 0; i < request.getObjectsCount(); i++) {
            Optional<ObjectKey> key = ObjectKey.of(request.getObjects(i));
            if (key.isEmpty()) {
                throw new SubscriptionRefused(
                        "objects[" + i + "]",
                        "no identifier (expected: a catalogue number, an international designator or an object id)");
            }
            objects.add(key.get().text());
        }
        return new Filter(kinds, objects, regimes, modes, expression(request.getFilter()));
    }

    /** Whether a product is tested by an expression too, which may take milliseconds. */
    boolean isExpression() {
        return expression != null;
    }

    private static <E extends Enum<E>> E known(E value, E unrecognized, E unspecified, String field)
            throws SubscriptionRefused {
        if (value == unrecognized || value == unspecified) {
            throw new SubscriptionRefused(field, "`" + value + "` (expected: a value of the contract)");
        }
        return value;
    }

    private static CelRuntime.@Nullable Program expression(String text) throws SubscriptionRefused {
        if (text.isEmpty()) {
            return null;
        }
        if (text.length() > EXPRESSION_LENGTH_MAX) {
            throw new SubscriptionRefused(
                    "filter", text.length() + " characters (expected: at most " + EXPRESSION_LENGTH_MAX + ")");
        }
        try {
            CelAbstractSyntaxTree checked = CEL.compile(text).getAst();
            return CEL.createProgram(checked);
        } catch (CelValidationException e) {
            throw (SubscriptionRefused) new SubscriptionRefused("filter", place(e.getErrors())).initCause(e);
        } catch (CelEvaluationException e) {
            throw (SubscriptionRefused) new SubscriptionRefused(
                            "filter", String.valueOf(e.getMessage()).strip())
                    .initCause(e);
        }
    }

    /** The first fault, with its place in the expression: lines and columns count from 1. */
    private static String place(List<CelIssue> faults) {
        CelIssue first = faults.get(0);
        return "line " + Math.max(1, first.getSourceLocation().getLine()) + ", column "
                + (first.getSourceLocation().getColumn() + 1) + ": "
                + first.getMessage().strip().lines().findFirst().orElse("no expression")
                + " (expected: a condition on `product`)";
    }

    /** Whether a released product is asked for. An expression that fails on a product does not ask for it. */
    boolean matches(Product product) {
        return (kinds.isEmpty() || kinds.contains(product.getKind()))
                && modes.contains(product.getDataMode())
                && (objects.isEmpty() || objectsOf(product).anyMatch(this::isAskedFor))
                && (regimes.isEmpty() || regimes.contains(product.getTrack().getRegime()))
                && holds(product);
    }

    private boolean isAskedFor(ObjectReference reference) {
        return ObjectKey.of(reference)
                .filter(key -> objects.contains(key.text()))
                .isPresent();
    }

    private boolean holds(Product product) {
        if (expression == null) {
            return true;
        }
        try {
            return Boolean.TRUE.equals(expression.eval(Map.of("product", product)));
        } catch (CelEvaluationException e) {
            return false;
        }
    }

    private static Stream<ObjectReference> objectsOf(Product product) {
        return switch (product.getBodyCase()) {
            case TRACK -> Stream.of(product.getTrack().getObject());
            case EPHEMERIS -> Stream.of(product.getEphemeris().getObject());
            case CONJUNCTION ->
                Stream.of(
                        product.getConjunction().getObject1().getObject(),
                        product.getConjunction().getObject2().getObject());
            case REENTRY -> Stream.of(product.getReentry().getObject());
            case MANOEUVRE -> Stream.of(product.getManoeuvre().getObject());
            case MANOEUVRE_PLAN -> Stream.of(product.getManoeuvrePlan().getObject());
            case FRAGMENTATION -> product.getFragmentation().getParentsList().stream();
            case PROXIMITY ->
                Stream.of(
                        product.getProximity().getObject1(),
                        product.getProximity().getObject2());
            case INTERFERENCE -> Stream.of(product.getInterference().getObject());
            case ELEMENTS -> Stream.of(product.getElements().getObject());
            case LAUNCH, INCIDENT, BODY_NOT_SET -> Stream.empty();
        };
    }
}
