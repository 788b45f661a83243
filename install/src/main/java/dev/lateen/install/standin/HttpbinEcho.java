package dev.lateen.install.standin;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A request told back as JSON. */
final class HttpbinEcho {
    private final Dialect dialect;

    HttpbinEcho(Dialect dialect) {
        this.dialect = dialect;
    }

    /** How the two implementations write multi-valued things: the Go one always as lists, the Python one as one string. */
    enum Dialect {
        GO,
        PYTHON
    }

    Dialect dialect() {
        return dialect;
    }

    void answer(RoutingContext context, int status, JsonNode json) {
        String contentType = dialect == Dialect.GO ? "application/json; charset=utf-8" : "application/json";
        context.response()
                .setStatusCode(status)
                .putHeader("content-type", contentType)
                .end(Json.text(json) + "\n");
    }

    ObjectNode withoutBody(RoutingContext context) {
        HttpServerRequest request = context.request();
        ObjectNode json = Json.object();
        json.set("args", values(context.queryParams()));
        json.set("headers", headers(request));
        if (dialect == Dialect.GO) {
            json.put("method", request.method().name());
        }
        return json.put("origin", origin(context)).put("url", url(request));
    }

    ObjectNode withBody(RoutingContext context) {
        ObjectNode json = withoutBody(context);
        String body = context.body().asString();
        json.put("data", body == null ? "" : body);
        json.set("files", Json.object());
        json.set("form", values(context.request().formAttributes()));
        String type = context.request().getHeader("content-type");
        boolean isJson = type != null && type.toLowerCase(Locale.ROOT).startsWith("application/json");
        if (isJson && context.body().buffer() != null) {
            Json.parse(context.body().buffer()).ifPresent(parsed -> json.set("json", parsed));
        }
        if (!json.has("json")) {
            json.putNull("json");
        }
        return json;
    }

    ObjectNode headersOnly(RoutingContext context) {
        ObjectNode json = Json.object();
        json.set("headers", headers(context.request()));
        return json;
    }

    void responseHeaders(RoutingContext context) {
        for (var parameter : context.queryParams()) {
            if (isToken(parameter.getKey()) && parameter.getValue().chars().noneMatch(c -> c < ' ')) {
                context.response().headers().add(parameter.getKey(), parameter.getValue());
            }
        }
        answer(context, 200, values(context.queryParams()));
    }

    void cookies(RoutingContext context) {
        ObjectNode json = Json.object();
        for (var cookie : context.request().cookies()) {
            json.put(cookie.getName(), cookie.getValue());
        }
        if (dialect == Dialect.GO) {
            answer(context, 200, json);
        } else {
            ObjectNode outer = Json.object();
            outer.set("cookies", json);
            answer(context, 200, outer);
        }
    }

    static String origin(RoutingContext context) {
        String forwarded = context.request().getHeader("x-forwarded-for");
        if (forwarded != null) {
            int comma = forwarded.indexOf(',');
            return comma < 0 ? forwarded : forwarded.substring(0, comma);
        }
        return context.request().remoteAddress().host();
    }

    private static String url(HttpServerRequest request) {
        String forwarded = request.getHeader("x-forwarded-proto");
        String scheme = forwarded == null ? "http" : forwarded;
        String host = request.authority() == null ? "" : request.authority().toString();
        return scheme + "://" + host + request.uri();
    }

    private ObjectNode headers(HttpServerRequest request) {
        ObjectNode json = Json.object();
        Set<String> names = new TreeSet<>();
        for (String name : request.headers().names()) {
            names.add(canonical(name));
        }
        for (String name : names) {
            put(json, name, request.headers());
        }
        return json;
    }

    private ObjectNode values(MultiMap parameters) {
        ObjectNode json = Json.object();
        for (String name : new TreeSet<>(parameters.names())) {
            put(json, name, parameters);
        }
        return json;
    }

    private void put(ObjectNode json, String name, MultiMap values) {
        if (dialect == Dialect.GO) {
            ArrayNode list = json.putArray(name);
            values.getAll(name).forEach(list::add);
        } else {
            json.put(name, String.join(",", values.getAll(name)));
        }
    }

    /** Both originals show header names as Go and Python do: a capital after each hyphen. */
    private static String canonical(String name) {
        var text = new StringBuilder(name.length());
        boolean start = true;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            text.append(start ? Character.toUpperCase(c) : Character.toLowerCase(c));
            start = c == '-';
        }
        return text.toString();
    }

    private static boolean isToken(String name) {
        return !name.isEmpty()
                && name.chars().allMatch(c -> c > ' ' && c < 127 && "()<>@,;:\\\"/[]?={}".indexOf(c) < 0);
    }
}
