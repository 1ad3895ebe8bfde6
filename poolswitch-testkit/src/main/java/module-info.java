/** Contract suites, a scripted server and a clock that stands still, for whoever writes an adapter or a store. */
module dev.poolswitch.testkit {
    requires transitive dev.poolswitch.core;
    requires transitive org.junit.jupiter.api;
    requires org.assertj.core;
    // The tests of this module call the server with the client of the JDK.
    requires static java.net.http;

    exports dev.poolswitch.testkit;
    exports dev.poolswitch.testkit.server;
    // JUnit calls the tests of a suite by reflection.
    opens dev.poolswitch.testkit to
            org.junit.platform.commons;
}
