package nl.sluis.gateway.rpc;

import io.vertx.core.http.HttpConnection;
import java.util.Optional;
import nl.sluis.gateway.identity.CallerIdentity;

/** Says who is calling. Asked on event loops: it must return at once. */
public interface CallerResolver {
    /** Whom an accepted connection belongs to; empty where nobody can be established, and the connection is closed. */
    Optional<CallerIdentity> accept(HttpConnection connection);

    /** True while nothing speaks against a caller that was accepted before; asked before each call. */
    boolean mayStay(CallerIdentity caller);
}
