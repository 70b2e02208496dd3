package nl.sluis.gateway.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.journal.v1.StoredContribution;
import nl.sluis.journal.v1.StoredRecord;
import nl.sluis.proto.v1.Sensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sensor is known wherever the journal is, at once and after a restart, and to its own tenant alone. */
class SensorRegistryTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);
    private static final String TENANT = "nor/radar";

    @TempDir
    private Path folder;

    @Test
    void what_is_registered_on_one_node_is_known_on_another_and_after_a_restart() throws Exception {
        CountDownLatch followed = new CountDownLatch(2);
        try (Journal journal = EmbeddedJournal.open(folder, CLOCK, StoreLimits.DEFAULT)) {
            SensorRegistry here = SensorRegistry.open(journal, Runnable::run);
            SensorRegistry there = SensorRegistry.open(journal, follow -> {
                follow.run();
                followed.countDown();
            });

            here.put(registration("TRONDHEIM"));
            assertThat(here.byParticipant(TENANT, "TRONDHEIM")).isPresent();
            here.put(registration("VARDO"));

            assertThat(followed.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(there.byParticipant(TENANT, "TRONDHEIM")).isEmpty();
            assertThat(there.byParticipant(TENANT, "VARDO")).isPresent();
            assertThat(there.isOthers("nor/other", "nor/radar/1")).isTrue();
            assertThat(there.get("nor/other", "nor/radar/1")).isEmpty();
        }
        try (Journal journal = EmbeddedJournal.open(folder, CLOCK, StoreLimits.DEFAULT)) {
            assertThat(SensorRegistry.open(journal, Runnable::run).of(TENANT))
                    .extracting(Sensor::getParticipant)
                    .containsExactly("VARDO");
        }
    }

    @Test
    void what_stands_among_the_contributions_of_an_older_journal_is_still_registered() throws Exception {
        try (Journal journal = EmbeddedJournal.open(folder, CLOCK, StoreLimits.DEFAULT)) {
            for (String participant : List.of("TRONDHEIM", "VARDO")) {
                journal.append(
                                LogName.CONTRIBUTIONS,
                                NewEntry.keyed(
                                        "sensor/nor/radar/1",
                                        registration(participant).toByteArray()))
                        .join();
            }
            journal.append(LogName.CONTRIBUTIONS, NewEntry.of(new byte[1])).join();
            for (int start = 0; start < 2; start++) {
                assertThat(SensorRegistry.open(journal, Runnable::run).of(TENANT))
                        .extracting(Sensor::getParticipant)
                        .containsExactly("VARDO");
            }
            assertThat(journal.watermark(LogName.SENSORS)).isEqualTo(1);
        }
    }

    private static StoredContribution registration(String participant) {
        return StoredContribution.newBuilder()
                .setSource(TENANT)
                .addRecords(StoredRecord.newBuilder()
                        .setSensor(
                                Sensor.newBuilder().setSensorId("nor/radar/1").setParticipant(participant)))
                .build();
    }
}
