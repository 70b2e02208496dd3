package nl.sluis.gateway.rpc;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The {@code grpc-timeout} header (PROTOCOL-HTTP2): up to eight digits and a unit. */
final class GrpcTimeout {
    private GrpcTimeout() {}

    /** Empty where there is no header; a header that is not one is refused. */
    static Optional<Duration> parse(@Nullable String header) {
        if (header == null) {
            return Optional.empty();
        }
        int digits = header.length() - 1;
        if (digits < 1 || digits > 8 || !header.chars().limit(digits).allMatch(c -> c >= '0' && c <= '9')) {
            throw malformed(header);
        }
        ChronoUnit unit = switch (header.charAt(digits)) {
            case 'H' -> ChronoUnit.HOURS;
            case 'M' -> ChronoUnit.MINUTES;
            case 'S' -> ChronoUnit.SECONDS;
            case 'm' -> ChronoUnit.MILLIS;
            case 'u' -> ChronoUnit.MICROS;
            case 'n' -> ChronoUnit.NANOS;
            default -> throw malformed(header);
        };
        return Optional.of(Duration.of(Long.parseLong(header.substring(0, digits)), unit));
    }

    private static StatusException malformed(String header) {
        return Errors.malformed(
                "grpc-timeout: `" + header + "` (expected: up to 8 digits and one of H, M, S, m, u, n)");
    }
}
