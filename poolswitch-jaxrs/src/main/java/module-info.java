/** The plug-in for Jakarta REST clients. */
module dev.poolswitch.jaxrs {
    requires transitive dev.poolswitch.core;
    requires transitive jakarta.ws.rs;
    requires static org.jspecify;

    exports dev.poolswitch.jaxrs;
}
