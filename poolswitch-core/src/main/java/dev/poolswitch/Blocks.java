package dev.poolswitch;

import dev.poolswitch.KeyStatus.Block;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells of a key all that keeps calls away from it at one moment: closed gates, spent quotas, full meters. */
final class Blocks {

    static final String QUOTA_USED_UP = "monthlyQuota used up";

    private final Engine engine;
    private final long now;

    Blocks(Engine engine, long now) {
        this.engine = engine;
        this.now = now;
    }

    List<Block> of(KeySlot slot) {
        List<Block> blocks = new ArrayList<>(0);
        addOfKey(blocks, slot);
        Group group = slot.group();
        slot.path().models().forEach(model -> {
            add(blocks, Scope.KEY_AND_MODEL, model.name(), model.gate(), slot.ownGateOpensAt(model, now));
            if (group == null) {
                addRoom(blocks, Scope.KEY_AND_MODEL, model.name(), model.meters());
            }
        });
        if (group != null) {
            addOfGroup(blocks, group);
        }
        if (!engine.upstream().pristine()) {
            add(blocks, Scope.UPSTREAM, "", engine.upstream(), engine.upstreamOpensAt(now));
        }
        return blocks;
    }

    private void addOfKey(List<Block> blocks, KeySlot slot) {
        if (slot.disabled()) {
            blocks.add(new Block(Scope.KEY, "", KeyState.DISABLED, null, ""));
        }
        Gate own = slot.gate();
        if (!own.pristine()) {
            add(blocks, Scope.KEY, "", own, own.state().opensAt(now, slot::hasInFlight));
        }
        MonthlyQuota quota = slot.quota();
        if (quota != null && quota.opensAt(now) > now) {
            blocks.add(new Block(Scope.KEY, "", KeyState.QUOTA_EXHAUSTED, instant(quota.opensAt(now)), QUOTA_USED_UP));
        }
        addRoom(blocks, Scope.KEY, "", slot.roomAt(now));
    }

    private void addOfGroup(List<Block> blocks, Group group) {
        group.models().forEach(model -> {
            add(blocks, Scope.KEY_AND_MODEL, model.name(), model.gate(), model.opensAt(engine.lostLeases(), now));
            addRoom(blocks, Scope.KEY_AND_MODEL, model.name(), model.meters());
        });
        if (!group.gate().pristine()) {
            add(blocks, Scope.GROUP, group.name(), group.gate(), group.opensAt(now));
        }
        addRoom(blocks, Scope.GROUP, group.name(), group.meters());
    }

    /** A gate that is open may still let no more through at once than it has. */
    private void add(List<Block> blocks, Scope scope, String subject, Gate gate, long opensAt) {
        GateState state = gate.state();
        if (!state.open()) {
            blocks.add(new Block(scope, subject, state(state, now), instant(opensAt), code(state)));
        } else {
            addRoom(blocks, scope, subject, opensAt);
        }
    }

    private void addRoom(List<Block> blocks, Scope scope, String subject, Meters meters) {
        addRoom(blocks, scope, subject, meters.opensAt(1, now));
    }

    private void addRoom(List<Block> blocks, Scope scope, String subject, long roomAt) {
        if (roomAt > now) {
            blocks.add(new Block(scope, subject, KeyState.SATURATED, instant(roomAt), ""));
        }
    }

    /** What the state of a closed gate is called. */
    static KeyState state(GateState closed, long now) {
        return now >= closed.closedUntil() ? KeyState.PROBING : named(closed.cause());
    }

    static KeyState named(VerdictKind cause) {
        return switch (cause) {
            case QUOTA_EXHAUSTED -> KeyState.QUOTA_EXHAUSTED;
            case KEY_REJECTED, KEY_FORBIDDEN -> KeyState.REJECTED;
            case UPSTREAM_ERROR, NETWORK_FAILURE -> KeyState.CIRCUIT_OPEN;
            default -> KeyState.RATE_LIMITED;
        };
    }

    /** The evidence for which a gate is closed. */
    static String code(GateState closed) {
        return closed.code().isEmpty() ? closed.cause().name() : closed.code();
    }

    private @Nullable Instant instant(long at) {
        return engine.clock().wallOfOpening(at, now);
    }
}
