package nl.sluis.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.RedisJournal;
import nl.sluis.gateway.store.RedisProcess;
import nl.sluis.gateway.store.RedisSettings;
import nl.sluis.gateway.store.StoreLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may have been sent a product is known also after a crash, so that a withdrawal reaches everyone. */
class ReadersTest {
    private static final TenantId NORTH = TenantId.parse("nor/north-watch");
    private static final AudienceId AUDIENCE = new AudienceId("00".repeat(32));

    @TempDir
    private Path folder;

    @Test
    void a_start_that_the_journal_did_not_take_is_no_start_and_the_next_one_is_kept() throws Exception {
        try (RedisProcess redis = RedisProcess.start(folder, RedisProcess.DURABLE);
                Journal journal = RedisJournal.open(
                        RedisSettings.loopback(redis.port(), "sluis"), InstantSource.system(), StoreLimits.DEFAULT)) {
            Readers readers = new Readers(journal);
            redis.kill();
            assertThatThrownBy(() -> readers.start(NORTH, AUDIENCE, 0)).isInstanceOf(CompletionException.class);
            redis.start();
            assertThat(readers.of(AUDIENCE, 0, 1)).isEmpty();

            readers.start(NORTH, AUDIENCE, 0);
            Readers nextLife = new Readers(journal);
            nextLife.load();
            assertThat(nextLife.of(AUDIENCE, 0, 1)).containsExactly(NORTH.toString());
        }
    }
}
