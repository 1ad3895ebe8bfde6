package dev.poolswitch.http;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Puts a request's path behind the base URL of a key that has its own. What both say is said once: a base that ends in
 * {@code /v1} takes {@code /v1/models} to {@code /v1/models}. A base with Azure's {@code /openai/deployments/{name}}
 * takes the path of an OpenAI client without its {@code /v1}, and that of an Azure client without its deployment.
 */
final class BaseUrls {

    private static final String DEPLOYMENTS = "/openai/deployments/";
    private static final String V1 = "/v1/";

    private BaseUrls() {}

    static URI resolve(URI base, String path, @Nullable String query) {
        String basePath = withoutSlash(base.getRawPath() == null ? "" : base.getRawPath());
        String origin = base.getScheme() + "://" + base.getRawAuthority();
        return URI.create(origin + basePath + behind(basePath, path) + (query == null ? "" : "?" + query));
    }

    private static String behind(String basePath, String path) {
        if (basePath.contains(DEPLOYMENTS)) {
            if (path.startsWith(DEPLOYMENTS)) {
                int end = path.indexOf('/', DEPLOYMENTS.length());
                return end < 0 ? "" : path.substring(end);
            }
            return path.startsWith(V1) ? path.substring(V1.length() - 1) : path;
        }
        int secondSlash = path.indexOf('/', 1);
        String first = secondSlash < 0 ? path : path.substring(0, secondSlash);
        boolean repeated = first.length() > 1 && basePath.endsWith(first);
        return repeated ? path.substring(first.length()) : path;
    }

    private static String withoutSlash(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
