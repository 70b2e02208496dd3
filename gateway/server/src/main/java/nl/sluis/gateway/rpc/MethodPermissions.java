package nl.sluis.gateway.rpc;

import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.identity.RpcPermissions;

/** Which method is open to whom. */
@FunctionalInterface
public interface MethodPermissions {
    /**
     * True where the caller may call the method.
     *
     * @param fullMethodName {@code package.Service/Method}; may be one that does not exist, which is never permitted
     */
    boolean permits(CallerIdentity caller, String fullMethodName);

    /** As the table of roles says. */
    static MethodPermissions of(RpcPermissions table) {
        return (caller, method) -> table.mayCall(method, caller.roles());
    }
}
