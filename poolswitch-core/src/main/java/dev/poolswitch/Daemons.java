package dev.poolswitch;

/** Threads that never keep a process alive. */
final class Daemons {

    private Daemons() {}

    static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
