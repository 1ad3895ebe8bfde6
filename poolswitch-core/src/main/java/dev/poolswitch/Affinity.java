package dev.poolswitch;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which key served a session last; the sessions that were not seen for longest are forgotten beyond 1,024. */
final class Affinity {

    private static final int MOST_SESSIONS = 1024;

    private final Map<String, KeySlot> bound = new LinkedHashMap<>(16, 0.75f, true) {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, KeySlot> eldest) {
            return size() > MOST_SESSIONS;
        }
    };

    synchronized @Nullable KeySlot keyOf(String session) {
        return bound.get(session);
    }

    /**
     * Binds a session to a key, if it is bound as the caller believes.
     *
     * @return the key that the session is bound to now: somebody may have been faster
     */
    synchronized KeySlot bind(String session, @Nullable KeySlot believed, KeySlot slot) {
        KeySlot present = bound.get(session);
        if (present != null && present != believed) {
            return present;
        }
        bound.put(session, slot);
        return slot;
    }
}
