package nl.sluis.benchmarks.policy;

/** A general policy engine that was given the rules of a world. */
interface Peer {
    /** Whether the item with this index goes to the audience with this index. */
    boolean releases(int item, int audience);
}
