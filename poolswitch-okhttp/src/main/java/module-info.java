/** The plug-in for OkHttp. */
module dev.poolswitch.okhttp {
    requires transitive dev.poolswitch.core;
    requires transitive okhttp3;
    requires okio;
    requires static org.jspecify;

    exports dev.poolswitch.okhttp;
}
