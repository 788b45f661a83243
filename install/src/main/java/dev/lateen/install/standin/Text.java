package dev.lateen.install.standin;

import io.vertx.ext.web.RoutingContext;

/** Answers that are not JSON, and what HTML needs. */
final class Text {
    static final String HTML = "text/html; charset=utf-8";
    static final String PLAIN = "text/plain; charset=utf-8";

    private Text() {}

    static void answer(RoutingContext context, int status, String contentType, String body) {
        context.response()
                .setStatusCode(status)
                .putHeader("content-type", contentType)
                .end(body);
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
