package dev.lateen.install.standin;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON answers. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static String text(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }

    static Optional<JsonNode> parse(@Nullable Buffer body) {
        try {
            return body == null ? Optional.empty() : Optional.ofNullable(MAPPER.readTree(body.getBytes()));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    static void answer(RoutingContext context, int status, String json) {
        context.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json")
                .end(json);
    }

    static void error(RoutingContext context, int status, String message) {
        answer(context, status, text(object().put("error", message)));
    }
}
