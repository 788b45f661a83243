package dev.lateen.install.standin;

import io.vertx.core.http.Cookie;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** httpbin's redirects, those that set cookies among them. */
final class HttpbinRedirects {

    void mount(Router router) {
        router.route("/redirect/:count").handler(c -> chain(c, "/relative-redirect/"));
        router.route("/relative-redirect/:count").handler(c -> chain(c, "/relative-redirect/"));
        router.route("/absolute-redirect/:count").handler(c -> chain(c, "/absolute-redirect/"));
        router.route("/redirect-to").handler(HttpbinRedirects::to);
        router.get("/cookies/set").handler(this::setCookies);
        router.get("/cookies/delete").handler(this::deleteCookies);
    }

    private static void chain(RoutingContext context, String path) {
        int count = ProductId.of(context.pathParam("count")).orElse(0);
        if (count < 1) {
            Json.error(context, 400, "redirect count: " + context.pathParam("count") + " (expected: 1 or more)");
            return;
        }
        String next = count == 1 ? "/get" : path + (count - 1);
        String authority = context.request().authority() == null
                ? ""
                : context.request().authority().toString();
        redirect(context, 302, path.startsWith("/absolute") ? "http://" + authority + next : next);
    }

    private static void to(RoutingContext context) {
        String url = context.queryParams().get("url");
        String status = context.queryParams().get("status_code");
        int code = status == null ? 302 : ProductId.of(status).orElse(0);
        if (url == null || url.chars().anyMatch(c -> c < ' ') || code < 300 || code > 399) {
            Json.error(context, 400, "redirect-to: expected a url, and a status_code from 300 to 399");
            return;
        }
        redirect(context, code, url);
    }

    private void setCookies(RoutingContext context) {
        for (var parameter : context.queryParams()) {
            context.response()
                    .addCookie(Cookie.cookie(parameter.getKey(), parameter.getValue())
                            .setPath("/"));
        }
        redirect(context, 302, "/cookies");
    }

    private void deleteCookies(RoutingContext context) {
        for (String name : context.queryParams().names()) {
            context.response().addCookie(Cookie.cookie(name, "").setPath("/").setMaxAge(0));
        }
        redirect(context, 302, "/cookies");
    }

    private static void redirect(RoutingContext context, int status, String location) {
        context.response().setStatusCode(status).putHeader("location", location).end();
    }
}
