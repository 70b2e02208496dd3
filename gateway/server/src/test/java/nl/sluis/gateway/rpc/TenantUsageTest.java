package nl.sluis.gateway.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.Code;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import nl.sluis.gateway.identity.TenantId;
import org.junit.jupiter.api.Test;

class TenantUsageTest {
    private static final TenantId TENANT = new TenantId("nld", "ssa-centre");
    private static final TenantQuota QUOTA = new TenantQuota(2, 10, 1_000, 5_000);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final TenantUsage.Table table = new TenantUsage.Table(tenant -> QUOTA, nanos::get);
    private final TenantUsage usage = table.of(TENANT);

    @Test
    void aTenantSendsAtItsRateForever() {
        for (int i = 0; i < 1_000; i++) {
            usage.received(100);
            pass(100);
        }
    }

    @Test
    void aBurstIsTenSecondsOfTheRateAndThenTheRateHolds() {
        for (int i = 0; i < TenantQuota.BURST_S * QUOTA.messagesPerS(); i++) {
            usage.received(1);
        }
        StatusException refusal = refusal(1);
        assertThat(refusal.getMessage()).isEqualTo("messages: at most 10 per second");
        pass(1_000);
        for (int i = 0; i < QUOTA.messagesPerS(); i++) {
            usage.received(1);
        }
        refusal(1);
    }

    @Test
    void whatWasSilentForADayHasNoMoreThanOneBurst() {
        usage.received(1);
        pass(TimeUnit.DAYS.toMillis(1));
        for (int i = 0; i < TenantQuota.BURST_S * QUOTA.messagesPerS(); i++) {
            usage.received(1);
        }
        refusal(1);
    }

    @Test
    void aMessageLargerThanABurstIsTakenAndPaidOff() throws Exception {
        usage.received(50_000);
        StatusException refusal = refusal(1);
        // 50,000 bytes, less a burst of 10,000, at 1,000 a second, and one second to come back to something
        long retryS = refusal.status()
                .getDetails(2)
                .unpack(RetryInfo.class)
                .getRetryDelay()
                .getSeconds();
        assertThat(retryS).isEqualTo(41);
        pass(retryS * 1_000);
        usage.received(1);
    }

    @Test
    void aRefusalCountsNothingAndSaysWhichQuotaAndWhenToComeBack() throws Exception {
        usage.received(10_000);
        for (int i = 0; i < 1_000; i++) {
            StatusException refusal = refusal(1);
            assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
            assertThat(refusal.status()
                            .getDetails(1)
                            .unpack(QuotaFailure.class)
                            .getViolations(0)
                            .getSubject())
                    .isEqualTo("bytes");
        }
        pass(1);
        usage.received(1);
    }

    @Test
    void bytesOfUnfinishedRequestsAreATenantsTogetherAndComeBack() {
        usage.holds(3_000);
        usage.holds(2_000);
        assertThat(catchThrowableOfType(StatusException.class, () -> usage.holds(1)))
                .hasMessage("unfinished request bytes: at most 5000 a tenant");
        usage.holds(-1);
        usage.holds(-2_000);
        usage.holds(2_000);
    }

    @Test
    void oneTenantsUseIsNotAnothers() {
        usage.received(1_000_000);
        refusal(1);
        TenantUsage other = table.of(new TenantId("deu", "radar-site"));
        assertThatCode(() -> other.received(1_000_000)).doesNotThrowAnyException();
        assertThat(table.of(TENANT)).isSameAs(usage);
    }

    @Test
    void aTenantsOwnEntryGoesBeforeWhatHoldsForAll() {
        assertThat(QUOTA.with(Map.of("connections", 7L, "bytes-per-s", 9L)))
                .isEqualTo(new TenantQuota(7, 10, 9, 5_000));
    }

    private void pass(long millis) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private StatusException refusal(int bytes) {
        StatusException refusal = catchThrowableOfType(StatusException.class, () -> usage.received(bytes));
        assertThat(refusal).isNotNull();
        return refusal;
    }
}
