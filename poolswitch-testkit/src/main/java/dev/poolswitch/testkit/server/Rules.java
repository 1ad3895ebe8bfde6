package dev.poolswitch.testkit.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Decides which handler answers a request. */
final class Rules {
    private static final Handler DEFAULT = Reply.ok("ok");

    private final ConcurrentLinkedQueue<Handler> queue = new ConcurrentLinkedQueue<>();
    private final Map<Object, Rule> rules = new LinkedHashMap<>();
    private volatile List<Rule> view = List.of();
    private volatile Handler script = DEFAULT;

    void enqueue(List<Handler> handlers) {
        queue.addAll(handlers);
    }

    void script(Handler handler) {
        script = handler;
    }

    /** Adds a rule behind the others, or in the place of the one that has the same name. */
    synchronized void put(Object name, Predicate<RecordedRequest> condition, List<Handler> handlers) {
        rules.put(name, new Rule(condition, handlers, new AtomicInteger()));
        view = new ArrayList<>(rules.values());
    }

    synchronized void reset() {
        queue.clear();
        rules.clear();
        view = List.of();
        script = DEFAULT;
    }

    Handler choose(RecordedRequest head) {
        Handler queued = queue.poll();
        if (queued != null) {
            return queued;
        }
        for (Rule rule : view) {
            if (rule.condition.test(head)) {
                return rule.next();
            }
        }
        return script;
    }

    private record Rule(Predicate<RecordedRequest> condition, List<Handler> handlers, AtomicInteger used) {
        /** The handlers one after the other, then the last one for ever. */
        Handler next() {
            int last = handlers.size() - 1;
            return handlers.get(used.get() >= last ? last : Math.min(used.getAndIncrement(), last));
        }
    }
}
