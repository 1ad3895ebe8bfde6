package dev.poolswitch.benchmarks.clients;

import com.sun.management.ThreadMXBean;
import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.ModelLimits;
import dev.poolswitch.Strategy;
import dev.poolswitch.benchmarks.report.Figures;
import dev.poolswitch.benchmarks.report.Fork;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * One client in one process: bare and with the plug-in they take turns in short blocks, so that whatever else happens on
 * the machine happens to both. Told are the medians over all rounds of the differences within a round.
 */
final class ClientPairs {

    private static final int BLOCK = 40;
    /** Before so many calls the compiler is not done, and a call costs five to ten times what it costs afterwards. */
    private static final int CALLS_UNTIL_WARM = 20_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What a block took, a call. */
    private record Block(double micros, double cpuMicros, double bytes) {}

    /** A call. */
    @FunctionalInterface
    private interface Action {
        void run() throws Exception;
    }

    private ClientPairs() {}

    public static void main(String[] arguments) throws Exception {
        ClientKind kind = ClientKind.valueOf(arguments[0]);
        int rounds = Integer.parseInt(arguments[1]);
        try (CannedServer server = new CannedServer();
                KeyPool pool = pool(server, ApiKey.of("a", "good"), ApiKey.of("b", "good"));
                KeyPool models = pool(server, ofModel("a"), ofModel("b"));
                KeyPool refusing = pool(server, ApiKey.of("first", "spent"), spare());
                Caller bare = kind.caller(server, null);
                Caller plugged = kind.caller(server, pool);
                Caller modelled = kind.caller(server, models);
                Caller refused = kind.caller(server, refusing)) {
            List<Action> actions = List.of(bare::post, plugged::post, modelled::post, () -> {
                refusing.reset("first");
                refused.post();
            });
            warmUp(actions, rounds);
            tell(actions, rounds);
            stream(bare, plugged, Math.max(4, rounds / 8));
            check(pool, refusing);
        }
        System.exit(0); // the threads of some clients take their time
    }

    static KeyPool pool(CannedServer server, ApiKey... keys) {
        KeyPool.Builder builder =
                KeyPool.builder().upstream(server.uri("/").toString()).strategy(Strategy.priority());
        for (ApiKey key : keys) {
            builder.key(key);
        }
        return builder.build();
    }

    private static ApiKey ofModel(String id) {
        return ApiKey.builder(id, "good")
                .model(ModelLimits.of("gpt-4o").requestsPerMinute(1_000_000_000))
                .build();
    }

    private static ApiKey spare() {
        return ApiKey.builder("spare", "good").tier(1).build();
    }

    private static void warmUp(List<Action> actions, int rounds) throws Exception {
        int blocks = rounds < 10 ? rounds : Math.max(rounds, CALLS_UNTIL_WARM / BLOCK);
        for (int i = 0; i < blocks; i++) {
            for (Action action : actions) {
                block(action);
            }
        }
    }

    private static void tell(List<Action> actions, int rounds) throws Exception {
        Block[][] blocks = new Block[actions.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < actions.size(); i++) {
                int turn = (i + round) % actions.size();
                blocks[turn][round] = block(actions.get(turn));
            }
        }
        double[] bare = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            bare[round] = blocks[0][round].micros();
        }
        Figures alone = Figures.quartiles(bare);
        Fork.tell("bare", alone.median(), alone.low(), alone.high());
        difference("pool", blocks[0], blocks[1], 1);
        difference("model", blocks[0], blocks[2], 1);
        difference("refusal", blocks[0], blocks[3], 2);
    }

    /** What remains of a block when so many blocks of the bare client are taken off. */
    private static void difference(String name, Block[] bare, Block[] more, int times) {
        double[] micros = new double[bare.length];
        double[] cpu = new double[bare.length];
        double[] bytes = new double[bare.length];
        for (int i = 0; i < bare.length; i++) {
            micros[i] = more[i].micros() - times * bare[i].micros();
            cpu[i] = more[i].cpuMicros() - times * bare[i].cpuMicros();
            bytes[i] = more[i].bytes() - times * bare[i].bytes();
        }
        Figures time = Figures.quartiles(micros);
        Fork.tell(
                name,
                time.median(),
                time.low(),
                time.high(),
                Figures.of(cpu).median(),
                Figures.of(bytes).median());
    }

    private static void stream(Caller bare, Caller plugged, int rounds) throws Exception {
        double[] alone = new double[rounds];
        double[] tapped = new double[rounds];
        for (int round = -3; round < rounds; round++) {
            double first = millis(round % 2 == 0 ? bare : plugged);
            double second = millis(round % 2 == 0 ? plugged : bare);
            if (round >= 0) {
                alone[round] = round % 2 == 0 ? first : second;
                tapped[round] = round % 2 == 0 ? second : first;
            }
        }
        double[] shares = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            shares[round] = 100 * (tapped[round] / alone[round] - 1);
        }
        Figures share = Figures.quartiles(shares);
        Fork.tell("stream", Figures.of(alone).median(), share.median(), share.low(), share.high());
    }

    private static double millis(Caller caller) throws Exception {
        long before = System.nanoTime();
        if (caller.stream() != CannedServer.LARGE) {
            throw new IllegalStateException("the answer is not complete");
        }
        return (System.nanoTime() - before) / 1e6;
    }

    private static Block block(Action action) throws Exception {
        long bytes = allocated();
        long cpu = THREADS.getCurrentThreadCpuTime();
        long before = System.nanoTime();
        for (int i = 0; i < BLOCK; i++) {
            action.run();
        }
        double micros = (System.nanoTime() - before) / 1e3 / BLOCK;
        double cpuMicros = (THREADS.getCurrentThreadCpuTime() - cpu) / 1e3 / BLOCK;
        return new Block(micros, cpuMicros, (double) (allocated() - bytes) / BLOCK);
    }

    /** By all threads: an asynchronous client works on threads of its own. The server allocates nothing. */
    private static long allocated() {
        long sum = 0;
        for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }

    /** A figure of calls that went wrong would be none. */
    private static void check(KeyPool pool, KeyPool refusing) {
        long fine =
                pool.status().keys().stream().mapToLong(key -> key.failures()).sum();
        long refusals = refusing.status().keys().stream()
                .mapToLong(key -> key.refusals())
                .sum();
        if (fine != 0 || refusals == 0) {
            throw new IllegalStateException("failures: " + fine + ", refusals: " + refusals);
        }
    }
}
