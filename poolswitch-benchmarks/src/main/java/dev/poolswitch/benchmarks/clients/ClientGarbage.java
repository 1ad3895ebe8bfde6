package dev.poolswitch.benchmarks.clients;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import java.lang.management.ManagementFactory;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What a call with the plug-in allocates beyond one of the bare client, by class: the profile behind the bytes of the table.
 * A histogram of the heap counts garbage too as long as nobody has collected it, so this runs where nobody does:
 * {@code -XX:+UnlockExperimentalVMOptions -XX:+UseEpsilonGC -Xmx14g}. Classes with less than {@value #LEAST} bytes a call
 * are left out; what the compiler optimises away in one run and not in the next shows with negative figures.
 */
final class ClientGarbage {

    private static final int CALLS_UNTIL_WARM = 25_000;
    private static final int CALLS = 30_000;
    private static final double LEAST = 8;
    private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");
    /** Hidden classes have a name for each run. */
    private static final Pattern SERIAL = Pattern.compile("(\\$\\$Lambda).*");

    /** Objects and bytes of a class, a call. */
    private record Share(double objects, double bytes) {

        Share minus(Share other) {
            return new Share(objects - other.objects, bytes - other.bytes);
        }

        Share plus(Share other) {
            return new Share(objects + other.objects, bytes + other.bytes);
        }

        Share perCall() {
            return new Share(objects / CALLS, bytes / CALLS);
        }
    }

    private static final Share NONE = new Share(0, 0);

    private ClientGarbage() {}

    public static void main(String[] arguments) throws Exception {
        ClientKind kind = ClientKind.valueOf(arguments[0]);
        try (CannedServer server = new CannedServer();
                KeyPool pool = ClientPairs.pool(server, ApiKey.of("a", "good"), ApiKey.of("b", "good"));
                Caller bare = kind.caller(server, null);
                Caller plugged = kind.caller(server, pool)) {
            Map<String, Share> without = garbage(bare);
            Map<String, Share> with = garbage(plugged);
            without.forEach((type, share) -> with.merge(type, NONE.minus(share), Share::plus));
            tell(with);
        }
        System.exit(0); // the threads of some clients take their time
    }

    private static Map<String, Share> garbage(Caller caller) throws Exception {
        post(caller, CALLS_UNTIL_WARM);
        Map<String, Share> before = histogram();
        post(caller, CALLS);
        Map<String, Share> made = new TreeMap<>();
        histogram()
                .forEach((type, after) -> made.put(
                        type, after.minus(before.getOrDefault(type, NONE)).perCall()));
        return made;
    }

    private static void post(Caller caller, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            caller.post();
        }
    }

    private static Map<String, Share> histogram() throws JMException {
        Object text = ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[] {"-all"}},
                        new String[] {String[].class.getName()});
        Map<String, Share> histogram = new HashMap<>();
        text.toString().lines().map(LINE::matcher).filter(Matcher::matches).forEach(line -> {
            String type = SERIAL.matcher(line.group(3)).replaceFirst("$1");
            Share share = new Share(Double.parseDouble(line.group(1)), Double.parseDouble(line.group(2)));
            histogram.merge(type, share, Share::plus);
        });
        return histogram;
    }

    private static void tell(Map<String, Share> garbage) {
        System.out.printf("%9s %8s  %s%n", "bytes", "objects", "class");
        garbage.entrySet().stream()
                .filter(entry -> Math.abs(entry.getValue().bytes) >= LEAST)
                .sorted(Comparator.comparingDouble(entry -> -entry.getValue().bytes))
                .forEach(entry -> System.out.printf(
                        "%9.1f %8.2f  %s%n", entry.getValue().bytes, entry.getValue().objects, entry.getKey()));
        double all = garbage.values().stream().mapToDouble(Share::bytes).sum();
        System.out.printf("%9.1f %8s  %s%n", all, "", "in all");
    }
}
