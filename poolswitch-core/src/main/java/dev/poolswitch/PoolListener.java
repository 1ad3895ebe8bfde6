package dev.poolswitch;

/**
 * Hears what happens in a pool. It is called on a thread of its own, one event after the other and never within a call,
 * so one that blocks, throws or dies disturbs nothing; if it falls behind by more than 1,024 events, the oldest are
 * dropped and the drop is logged.
 */
@FunctionalInterface
public interface PoolListener {

    /** Something happened. */
    void onEvent(PoolEvent event);
}
