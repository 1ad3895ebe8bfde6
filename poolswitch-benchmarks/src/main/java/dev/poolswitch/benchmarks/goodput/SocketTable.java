package dev.poolswitch.benchmarks.goodput;

import java.util.List;

/**
 * Prints the goodput of runs over loopback sockets, 20 s each, at 120 % of the capacity: OkHttp with the plug-in, calls that
 * come as they come, a provider that keeps limits and answers after 15 to 45 ms. {@code -Dgoodput.only=nothing} for one kind
 * of knowledge.
 */
public final class SocketTable {

    private static final double LOAD = 1.2;
    private static final String ONLY = System.getProperty("goodput.only", "");

    private SocketTable() {}

    /** Takes about twelve minutes. */
    public static void main(String[] args) {
        List<Scenario> wanted = Scenario.all().stream()
                .filter(scenario -> scenario.load() == LOAD && scenario.way().equals(Scenario.SHORT_WAY))
                .filter(scenario -> scenario.counting() != Scenario.Counting.TOKEN_BUCKET)
                .filter(scenario ->
                        ONLY.isEmpty() || scenario.knowledge().label().equals(ONLY))
                .toList();
        GoodputTable.print(wanted, SocketRun::run);
    }
}
