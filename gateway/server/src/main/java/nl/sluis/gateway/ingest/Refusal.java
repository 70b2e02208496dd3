package nl.sluis.gateway.ingest;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.Status;
import java.util.List;

/**
 * Why an item is refused: a code and the fields at fault.
 *
 * @param code code of the answer
 * @param faults what is wrong, at least one
 */
record Refusal(Code code, List<Fault> faults) {
    /**
     * One fault.
     *
     * @param field path of the field, for example {@code contribution.label.parts[0]}
     * @param message what was found and what was expected
     */
    record Fault(String field, String message) {
        @Override
        public String toString() {
            return field + ": " + message;
        }
    }

    static Refusal invalid(String field, String message) {
        return new Refusal(Code.INVALID_ARGUMENT, List.of(new Fault(field, message)));
    }

    static Refusal forbidden(String field, String message) {
        return new Refusal(Code.PERMISSION_DENIED, List.of(new Fault(field, message)));
    }

    Status status() {
        BadRequest.Builder details = BadRequest.newBuilder();
        faults.forEach(fault -> details.addFieldViolations(
                BadRequest.FieldViolation.newBuilder().setField(fault.field()).setDescription(fault.message())));
        return Status.newBuilder()
                .setCode(code.getNumber())
                .setMessage(faults.get(0).toString())
                .addDetails(Any.pack(details.build()))
                .build();
    }
}
