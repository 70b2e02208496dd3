package nl.sluis.gateway;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies what the operator changes in files while the gateway runs. What is broken leaves the state before in force, and
 * log, health and metrics say so until the files are right.
 */
final class Reloads implements AutoCloseable {
    /** A revocation is to be effective within a second, and closing takes its part of that. */
    static final Duration LOOK_INTERVAL = Duration.ofMillis(250);

    private static final Logger LOG = LoggerFactory.getLogger(Reloads.class);

    private final MeterRegistry meters;
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "sluis-reload");
        thread.setDaemon(true);
        return thread;
    });
    private final List<Watch> watches = new ArrayList<>();
    private final Map<String, String> problems = new ConcurrentHashMap<>();

    Reloads(MeterRegistry meters) {
        this.meters = meters;
    }

    /** Applies changed files. */
    interface Reload {
        /**
         * Called when a file has changed.
         *
         * @return what is wrong, each a line for the operator; none where all was applied
         * @throws Exception if nothing was applied
         */
        List<String> run() throws Exception;
    }

    private record Watch(String what, WatchedFiles files, Reload reload, Counter applied, Counter broken) {}

    /**
     * Adds files to watch; called before {@link #start}.
     *
     * @param what what they are, one word for health and metrics
     * @param files files and folders
     * @param reload applies them
     */
    void watch(String what, List<Path> files, Reload reload) {
        watches.add(
                new Watch(what, new WatchedFiles(files), reload, counter(what, "applied"), counter(what, "broken")));
    }

    private Counter counter(String what, String outcome) {
        return Counter.builder("sluis.reloads")
                .description("changes of files that were applied, or left the state before in force")
                .tag("what", what)
                .tag("outcome", outcome)
                .register(meters);
    }

    void start() {
        var unused = looking.scheduleWithFixedDelay(
                this::look, LOOK_INTERVAL.toMillis(), LOOK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What is wrong with files that were changed since the start; the first line. */
    Optional<String> problem(String what) {
        return Optional.ofNullable(problems.get(what));
    }

    private void look() {
        for (Watch watch : watches) {
            try {
                if (watch.files().changed()) {
                    apply(watch);
                }
            } catch (RuntimeException e) {
                broken(watch, List.of(e.getClass().getSimpleName() + ": " + e.getMessage()));
            }
        }
    }

    private void apply(Watch watch) {
        List<String> wrong;
        try {
            wrong = watch.reload().run();
        } catch (Exception e) {
            wrong = List.of(String.valueOf(e.getMessage()));
        }
        if (wrong.isEmpty()) {
            problems.remove(watch.what());
            watch.applied().increment();
            LOG.info("files reloaded, what={}", watch.what());
        } else {
            broken(watch, wrong);
        }
    }

    private void broken(Watch watch, List<String> wrong) {
        problems.put(watch.what(), wrong.get(0));
        watch.broken().increment();
        wrong.forEach(line -> LOG.error("files can't be used, what={}: {}", watch.what(), line));
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
