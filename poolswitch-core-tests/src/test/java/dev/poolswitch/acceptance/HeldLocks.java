package dev.poolswitch.acceptance;

import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Looks, from within what a user has plugged in, whether the thread that calls it holds a lock of the engine. */
final class HeldLocks {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Set<String> found = ConcurrentHashMap.newKeySet();
    private final Set<String> ways = ConcurrentHashMap.newKeySet();
    private final Set<String> looked = ConcurrentHashMap.newKeySet();

    /** Call it from user code. */
    void look(String userCode) {
        // The look is dear, so once for each way that leads here is enough.
        if (!ways.add(userCode + way())) {
            return;
        }
        looked.add(userCode);
        ThreadInfo info =
                THREADS.getThreadInfo(new long[] {Thread.currentThread().getId()}, true, true)[0];
        for (MonitorInfo monitor : info.getLockedMonitors()) {
            String holder = monitor.getLockedStackFrame().getClassName();
            if (holder.startsWith("dev.poolswitch.") && !isTest(holder)) {
                found.add(userCode + " is called under the monitor that " + monitor.getLockedStackFrame() + " holds");
            }
        }
        for (LockInfo lock : info.getLockedSynchronizers()) {
            // A worker of an executor is a lock of its own, which means that it is busy.
            if (!lock.getClassName().endsWith("ThreadPoolExecutor$Worker")) {
                found.add(userCode + " is called under " + lock.getClassName());
            }
        }
    }

    private static String way() {
        return StackWalker.getInstance()
                .walk(frames -> frames.map(StackWalker.StackFrame::toString)
                        .filter(frame -> frame.startsWith("dev.poolswitch.") && !isTest(frame))
                        .collect(Collectors.joining()));
    }

    Set<String> found() {
        return found;
    }

    /** Which user code was called at all. */
    Set<String> looked() {
        return looked;
    }

    private static boolean isTest(String name) {
        return name.startsWith("dev.poolswitch.testkit.") || name.startsWith("dev.poolswitch.acceptance.");
    }
}
