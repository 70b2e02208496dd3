package nl.sluis.policy.rule;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructTypeReference;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A CEL condition over the payload under the name {@code item}, type-checked. Only rules that narrow carry one: what
 * cannot be answered is a deny.
 */
public final class CelCondition {
    /** Longest expression: 2,000 code points. */
    private static final int SOURCE_CODE_POINTS_MAX = 2_000;
    /** Most steps of all loops in one evaluation: 10,000, some milliseconds. */
    private static final int LOOP_STEPS_MAX = 10_000;
    /** Deepest nesting: 50. */
    private static final int DEPTH_MAX = 50;

    private static final CelOptions OPTIONS = CelOptions.current()
            .maxExpressionCodePointSize(SOURCE_CODE_POINTS_MAX)
            .maxParseRecursionDepth(DEPTH_MAX)
            .comprehensionMaxIterations(LOOP_STEPS_MAX)
            .build();

    private final Descriptor body;
    private final CelRuntime.Program program;

    private CelCondition(Descriptor body, CelRuntime.Program program) {
        this.body = body;
        this.program = program;
    }

    /** An expression that does not compile; the message says why. */
    public static final class BadExpressionException extends Exception {
        private static final long serialVersionUID = 1L;

        BadExpressionException(String message) {
            super(message);
        }
    }

    /**
     * Compiles and type-checks a condition.
     *
     * @param body the type of the payload
     * @param source the expression
     */
    public static CelCondition compile(Descriptor body, String source) throws BadExpressionException {
        CelCompiler compiler = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addMessageTypes(body)
                .addVar("item", StructTypeReference.create(body.getFullName()))
                .setResultType(SimpleType.BOOL)
                .build();
        CelValidationResult checked = compiler.compile(source);
        if (checked.hasError()) {
            CelIssue first = checked.getErrors().get(0);
            throw new BadExpressionException(first.getMessage() + " at column "
                    + (first.getSourceLocation().getColumn() + 1));
        }
        try {
            CelRuntime runtime = CelRuntimeFactory.legacyCelRuntimeBuilder()
                    .setOptions(OPTIONS)
                    .addMessageTypes(body)
                    .build();
            return new CelCondition(body, runtime.createProgram(checked.getAst()));
        } catch (CelValidationException | CelEvaluationException e) {
            throw new BadExpressionException(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Whether the condition holds.
     *
     * @throws IllegalStateException if that cannot be answered: no payload, another type, an error, too costly
     */
    public boolean test(@Nullable Message payload) {
        if (payload == null || !payload.getDescriptorForType().equals(body)) {
            throw new IllegalStateException("expression over `" + body.getName() + "`: the item carries "
                    + (payload == null
                            ? "no payload"
                            : "`" + payload.getDescriptorForType().getName() + "`"));
        }
        try {
            Object result = program.eval(Map.of("item", payload));
            if (result instanceof Boolean holds) {
                return holds;
            }
            throw new IllegalStateException("expression gave `" + result + "` (expected: true or false)");
        } catch (CelEvaluationException e) {
            throw new IllegalStateException("expression failed: " + e.getMessage(), e);
        }
    }
}
