package nl.sluis.gateway.rpc;

import io.vertx.core.http.HttpConnection;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLSession;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.identity.Identities;
import nl.sluis.gateway.identity.IdentityRejected;

/** Callers are their certificates: the one {@link CallerResolver} of a gateway that runs. */
public final class CertificateCallers implements CallerResolver {
    private final Identities identities;
    private final Consumer<CallerIdentity> connected;

    /**
     * @param identities the same whose trust manager guards the handshake
     * @param connected is told of each connection that is taken; must be quick
     */
    public CertificateCallers(Identities identities, Consumer<CallerIdentity> connected) {
        this.identities = identities;
        this.connected = connected;
    }

    @Override
    public Optional<CallerIdentity> accept(HttpConnection connection) {
        SSLSession session = connection.sslSession();
        if (session == null) {
            return Optional.empty();
        }
        try {
            CallerIdentity caller = identities.identityOf(session);
            connected.accept(caller);
            return Optional.of(caller);
        } catch (IdentityRejected rejected) {
            // the reason went to the listeners of the identities; the peer never learns it
            return Optional.empty();
        }
    }

    @Override
    public boolean mayStay(CallerIdentity caller) {
        return identities.mayStay(caller);
    }
}
