/**
 * Makes a development PKI: a root and an issuing CA per nation, a gateway, tenants, officers, and deliberately bad ones.
 *
 * <p>Called by tests, by {@code sluis demo} (on a class path of its own) and by hand through {@link CertsDev}.
 * In: a {@link PkiRequest}, a clock and a source of randomness. Out: a folder of PEM, PKCS#12 and CRL files.
 * Always true: nothing made here is fit for production, and each folder says so. Start at {@link DevelopmentPki}.
 */
@NullMarked
package nl.sluis.certs;

import org.jspecify.annotations.NullMarked;
