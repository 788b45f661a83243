package dev.lateen.proxy.admin;

import dev.lateen.api.Release;
import io.vertx.core.json.JsonObject;

/** {@code /server_info}: {@code envoy.admin.v3.ServerInfo}. */
final class ServerInfoPage {
    private ServerInfoPage() {}

    static String json(AdminSource source) {
        String uptime = source.uptimeMillis() / 1000 + "s";
        return new JsonObject()
                .put("version", Release.inEnvoysForm())
                .put("state", source.state().name())
                .put("uptime_current_epoch", uptime)
                .put("uptime_all_epochs", uptime)
                .put("hot_restart_version", "disabled")
                .put("command_line_options", new JsonObject(source.commandLineOptions()))
                .put("node", new JsonObject(source.nodeJson()))
                .encodePrettily();
    }
}
