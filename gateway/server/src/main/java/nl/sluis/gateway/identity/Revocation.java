package nl.sluis.gateway.identity;

import java.util.Locale;
import java.util.regex.Pattern;

/** What an officer shuts out at once, without waiting for a CA's list. */
public sealed interface Revocation {
    /** True if it shuts this caller out. */
    boolean covers(CallerIdentity caller);

    /**
     * One certificate by its fingerprint.
     *
     * @param certificateSha256 64 hexadecimal digits; kept in lower case
     */
    record OfFingerprint(String certificateSha256) implements Revocation {
        private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

        /** Checks the digits. */
        public OfFingerprint {
            certificateSha256 = certificateSha256.toLowerCase(Locale.ROOT);
            if (!SHA256.matcher(certificateSha256).matches()) {
                throw new IllegalArgumentException(
                        "fingerprint: `" + certificateSha256 + "` (expected: 64 hexadecimal digits)");
            }
        }

        @Override
        public boolean covers(CallerIdentity caller) {
            return caller.certificateSha256().equals(certificateSha256);
        }
    }

    /**
     * One certificate by its CA and number.
     *
     * @param issuer distinguished name of the CA, RFC 2253, as in {@link CallerIdentity#issuer()}
     * @param serial serial number, hexadecimal; kept in lower case without leading zeros
     */
    record OfSerial(String issuer, String serial) implements Revocation {
        private static final Pattern HEXADECIMAL = Pattern.compile("[0-9a-f]{1,40}");

        /** Checks the digits. */
        public OfSerial {
            serial = serial.toLowerCase(Locale.ROOT);
            if (!HEXADECIMAL.matcher(serial).matches()) {
                throw new IllegalArgumentException(
                        "serial number: `" + serial + "` (expected: 1 to 40 hexadecimal digits)");
            }
            serial = serial.replaceFirst("^0+(?=.)", "");
        }

        @Override
        public boolean covers(CallerIdentity caller) {
            return caller.serial().equals(serial) && caller.issuer().equals(issuer);
        }
    }

    /**
     * What an officer of one nation shuts out: it counts for callers of that nation alone, so that no nation can shut out
     * another's.
     *
     * @param nation the nation, lower case
     * @param what what is shut out
     */
    record WithinNation(String nation, Revocation what) implements Revocation {
        @Override
        public boolean covers(CallerIdentity caller) {
            return caller.tenant().nation().equals(nation) && what.covers(caller);
        }
    }

    /**
     * A tenant with all its certificates, those to come included.
     *
     * @param tenant the tenant
     */
    record OfTenant(TenantId tenant) implements Revocation {
        @Override
        public boolean covers(CallerIdentity caller) {
            return caller.tenant().equals(tenant);
        }
    }
}
