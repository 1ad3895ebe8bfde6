package dev.poolswitch;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells in words and figures how things stand at one moment. */
final class StatusReport {

    private final Engine engine;
    private final long now;
    private final Blocks blocks;

    StatusReport(Engine engine, long now) {
        this.engine = engine;
        this.now = now;
        this.blocks = new Blocks(engine, now);
    }

    PoolStatus pool() {
        List<KeyStatus> keys =
                engine.roster().slots().values().stream().map(this::key).toList();
        return new PoolStatus(
                engine.settings().name(),
                engine.settings().timeSource().instant(),
                keys,
                engine.waiting(),
                engine.retryBudget().retries(),
                engine.exhaustions(),
                engine.persistence().failing());
    }

    /** Why a key cannot serve a call, in a few words for an error message. */
    String reason(KeySlot slot, LeaseRequest request) {
        if (request.tried(slot)) {
            return "tried already in this call";
        }
        if (!slot.suits(request)) {
            return "not for this model or call";
        }
        KeyState state = state(slot);
        long upstreamOpens = engine.upstream().state().opensAt(now);
        long until = Math.max(slot.opensAt(request, now), upstreamOpens);
        String upstream = upstreamOpens == 0 ? "" : " (the whole upstream is cooling down)";
        KeyPath.ModelPath model = slot.path().model(request);
        GateState gate = model == null
                ? GateState.OPEN
                : longer(model.gate().state(), model.limits().state());
        if (model != null && !gate.open()) {
            return Blocks.named(gate.cause()).name().toLowerCase(java.util.Locale.ROOT) + " for model " + model.name()
                    + " [" + gate.code() + "]" + until(until) + upstream;
        }
        if (state == KeyState.READY) {
            return (until <= now ? "ready, but others were first" : "no room for this call" + until(until)) + upstream;
        }
        String code = code(slot);
        return state.name().toLowerCase(java.util.Locale.ROOT)
                + (code.isEmpty() ? "" : " [" + code + "]")
                + until(until)
                + upstream;
    }

    /** An end that only an event can bring is not told. */
    private String until(long at) {
        return at < Nanos.NEVER ? " until " + engine.clock().wall(at) : "";
    }

    private KeyStatus key(KeySlot slot) {
        KeyState state = state(slot);
        int inFlight = slot.inFlight();
        return new KeyStatus(
                slot.key().id(),
                state,
                slot.key().tier(),
                slot.key().group().orElse(null),
                inFlight,
                slot.requests(),
                slot.counters().successes(slot.counters().started() - inFlight),
                slot.counters().refusals(),
                slot.counters().failures(),
                slot.counters().failovers(),
                state == KeyState.READY ? null : recovery(slot),
                state == KeyState.READY ? "" : code(slot),
                slot.estimatedRemainingQuota(),
                slot.utilisation(now),
                slot.successRate(),
                Duration.ofNanos(slot.counters().latencyNanos()),
                slot.key().metadata(),
                slot.counters().resends(),
                blocks.of(slot));
    }

    private KeyState state(KeySlot slot) {
        if (slot.disabled()) {
            return KeyState.DISABLED;
        }
        GateState gate = blocking(slot);
        if (!gate.open()) {
            return Blocks.state(gate, now);
        }
        if (slot.quota() != null && slot.quota().remaining(now) == 0) {
            return KeyState.QUOTA_EXHAUSTED;
        }
        return slot.opensAt(now) > now ? KeyState.SATURATED : KeyState.READY;
    }

    /** Of the gates that all calls pass on their way to the key, the closed one that keeps them away longest. */
    private GateState blocking(KeySlot slot) {
        Group group = slot.group();
        GateState longest = slot.gate().state();
        if (group != null) {
            longest = longer(longest, group.gate().state());
        }
        return longer(longest, engine.upstream().state());
    }

    private static GateState longer(GateState one, GateState other) {
        return !other.open() && (one.open() || other.closedUntil() > one.closedUntil()) ? other : one;
    }

    private String code(KeySlot slot) {
        GateState gate = blocking(slot);
        if (!gate.open()) {
            return Blocks.code(gate);
        }
        return slot.quota() != null && slot.quota().remaining(now) == 0 ? Blocks.QUOTA_USED_UP : "";
    }

    private @Nullable Instant recovery(KeySlot slot) {
        long at = Math.max(slot.opensAt(now), engine.upstream().state().opensAt(now));
        return engine.clock().wallOfOpening(at, now);
    }
}
