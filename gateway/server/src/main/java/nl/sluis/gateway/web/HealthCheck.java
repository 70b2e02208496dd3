package nl.sluis.gateway.web;

import java.util.function.Supplier;

/**
 * One thing that must be well for the gateway to be ready.
 *
 * @param name what is checked, lower case with hyphens, for example {@code journal}
 * @param check says how it is; called on an event loop: must return at once
 */
public record HealthCheck(String name, Supplier<State> check) {
    /**
     * How it is.
     *
     * @param ready true where all is well
     * @param reason why not, or what is worth knowing; nothing of a tenant or an object
     */
    public record State(boolean ready, String reason) {
        /** All is well. */
        public static State well() {
            return new State(true, "");
        }

        /** Not ready. */
        public static State notReady(String reason) {
            return new State(false, reason);
        }
    }
}
