package nl.sluis.gateway.web;

import java.nio.file.Path;

/**
 * HTTPS of the operator's port: TLS 1.3, a client certificate required.
 *
 * @param chain the port's certificate chain, PEM
 * @param key its private key, PKCS#8 PEM
 * @param clientAuthorities authorities whose client certificates are let in, PEM
 */
public record AdminTls(Path chain, Path key, Path clientAuthorities) {}
