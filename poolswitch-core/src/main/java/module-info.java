/** The engine, the transport-neutral exchange and the contracts for stores and classifiers. */
module dev.poolswitch.core {
    requires transitive org.jspecify;
    requires tools.jackson.databind;

    exports dev.poolswitch;
    exports dev.poolswitch.config;
    exports dev.poolswitch.http;
    exports dev.poolswitch.store;
    exports dev.poolswitch.verdict;
}
