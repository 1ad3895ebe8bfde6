package dev.poolswitch;

import java.util.Optional;

/**
 * Where a lease was taken, for the warning about one that is never ended.
 *
 * @param thread the thread's name
 * @param frame the first frame outside the library
 */
record LeaseSite(String thread, String frame) {

    private static final StackWalker WALKER = StackWalker.getInstance();
    private static final String OWN_PACKAGE = LeaseSite.class.getPackageName();

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
