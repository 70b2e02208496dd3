package nl.sluis.gateway.identity;

import java.security.cert.CertificateException;

/**
 * A certificate that does not establish who is calling. For logs and metrics; nothing of it is sent to the peer.
 *
 * <p>It never has a cause: Netty picks a TLS alert by the classes in the chain of causes, and an alert that tells
 * `expired` from `revoked` tells a stranger something.
 */
public final class IdentityRejected extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    IdentityRejected(Reason reason, String detail) {
        super(detail);
        this.reason = reason;
    }

    /** Why, in a form that can be counted. */
    public Reason reason() {
        return reason;
    }

    /** Why a certificate is not accepted. */
    public enum Reason {
        /** None was shown. */
        NO_CERTIFICATE,
        /** Not a version 3 certificate with a positive serial number, or a chain of too many. */
        MALFORMED,
        /** A key or curve that is not on the list of accepted ones. */
        KEY_NOT_ACCEPTED,
        /** A signature algorithm that is not on the list of accepted ones. */
        SIGNATURE_NOT_ACCEPTED,
        /** Its validity, or that of a CA above it, has ended. */
        EXPIRED,
        /** Its validity, or that of a CA above it, has not begun. */
        NOT_YET_VALID,
        /** A CA's certificate where a caller's is expected. */
        IS_AUTHORITY,
        /** Not made for TLS clients. */
        WRONG_PURPOSE,
        /** A critical extension that the gateway does not know. */
        UNKNOWN_CRITICAL_EXTENSION,
        /** No URI among its alternative names. */
        NO_NAME,
        /** More than one URI among its alternative names. */
        SEVERAL_NAMES,
        /** A URI that is not a tenant's name in its one spelling. */
        MALFORMED_NAME,
        /** No chain of valid signatures to a trusted root. */
        NO_PATH,
        /** The root is another nation's than the one whose name the certificate carries. */
        WRONG_TRUST_DOMAIN,
        /** No such tenant takes part. */
        UNKNOWN_TENANT,
        /** On a revocation list of a CA above it. */
        REVOKED,
        /** Shut out by an officer. */
        REVOKED_BY_OFFICER,
        /** No fresh revocation list of a CA above it: whether it is revoked can't be known. */
        REVOCATION_UNKNOWN
    }
}
