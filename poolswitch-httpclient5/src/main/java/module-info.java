/** The plug-in for Apache HttpClient 5. */
// The digit is part of the client's name.
@SuppressWarnings("module")
module dev.poolswitch.httpclient5 {
    requires transitive dev.poolswitch.core;
    requires transitive org.apache.httpcomponents.client5.httpclient5;
    requires transitive org.apache.httpcomponents.core5.httpcore5;
    requires static org.jspecify;

    exports dev.poolswitch.httpclient5;
}
