package nl.sluis.gateway.rpc;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Whether this gateway takes calls: what health answers, and what turns false first when it stops. */
public final class Serving {
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean serving;

    /** Starts as not serving. */
    public Serving() {}

    /** True while the gateway takes calls. */
    public boolean isServing() {
        return serving;
    }

    /** Says whether the gateway takes calls. Any thread. */
    public void set(boolean newServing) {
        if (serving != newServing) {
            serving = newServing;
            listeners.forEach(Runnable::run);
        }
    }

    /** Calls the listener after each change, on the thread that made it, until the registration is closed. */
    Registration onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Ends a registration. */
    @FunctionalInterface
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
