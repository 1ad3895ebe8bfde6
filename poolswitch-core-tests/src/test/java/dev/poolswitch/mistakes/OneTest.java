package dev.poolswitch.mistakes;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs all tests of a class that begin with a name, in a process of its own; exits with what came of it. */
final class OneTest {

    static final int PASSED = 0;
    static final int NOTICED = 10;
    static final int NOT_FOUND = 11;

    private OneTest() {}

    public static void main(String[] args) throws ClassNotFoundException {
        Class<?> type = Class.forName(args[0]);
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
        for (var method : type.getDeclaredMethods()) {
            if (method.getName().startsWith(args[1]) && !method.isSynthetic()) {
                request.selectors(DiscoverySelectors.selectMethod(type, method));
            }
        }
        System.exit(run(request.build()));
    }

    private static int run(LauncherDiscoveryRequest request) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8), 12);
        if (summary.getTestsFoundCount() == 0) {
            return NOT_FOUND;
        }
        return summary.getTotalFailureCount() == 0 ? PASSED : NOTICED;
    }
}
