package dev.poolswitch;

import java.util.Optional;

/**
 * Where a lease was taken, for the warning about one that is never ended. Walking the stack costs more than all the rest
 * of an acquire, so only the first leases of a pool, one in a thousand, and, once a lease was lost, all of them are told.
 *
 * @param thread the thread's name
 * @param frame the first frame outside the library
 */
record LeaseSite(String thread, String frame) {

    private static final int ALWAYS_FIRST = 64;
    private static final int ONE_IN = 1024;
    private static final StackWalker WALKER = StackWalker.getInstance();
    private static final String OWN_PACKAGE = LeaseSite.class.getPackageName();

    static boolean worthwhile(long number, boolean leaking) {
        return leaking || number < ALWAYS_FIRST || number % ONE_IN == 0;
    }

    static LeaseSite here() {
        Optional<StackWalker.StackFrame> caller = WALKER.walk(
                frames -> frames.filter(frame -> !isOwn(frame.getClassName())).findFirst());
        return new LeaseSite(
                Thread.currentThread().getName(), caller.map(Object::toString).orElse("unknown"));
    }

    @Override
    public String toString() {
        return "thread " + thread + " at " + frame;
    }

    private static boolean isOwn(String className) {
        int end = className.lastIndexOf('.');
        String owner = end < 0 ? "" : className.substring(0, end);
        return owner.equals(OWN_PACKAGE) || owner.equals(OWN_PACKAGE + ".http");
    }
}
