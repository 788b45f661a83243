package dev.lateen.install.run;

import dev.lateen.install.failure.CommandFailure;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Looks before anything starts whether the ports can be had: a sentence is better than half a mesh. */
final class FreePorts {
    private FreePorts() {}

    static void check(List<RunBootstrap.Listen> wanted) {
        Map<String, RunBootstrap.Listen> seen = new HashMap<>();
        for (RunBootstrap.Listen listen : wanted) {
            RunBootstrap.Listen other = seen.put(listen.toString(), listen);
            if (other != null) {
                throw new CommandFailure(
                        CommandFailure.BAD_INPUT,
                        listen.flag() + ": " + listen + " (expected: another than that of " + other.flag() + ")");
            }
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getByName(listen.host()), listen.port()));
            } catch (IOException e) {
                String reason = e instanceof BindException ? reason(e) : String.valueOf(e.getMessage());
                throw new CommandFailure(
                        CommandFailure.FAILED,
                        "port " + listen.port() + " of " + listen.host() + " " + reason + "; choose another with "
                                + listen.flag());
            }
        }
    }

    private static String reason(IOException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("in use")) {
            return "is in use (perhaps by another mesh)";
        }
        return message.contains("ermission") ? "needs privileges" : "can't be bound (" + message + ")";
    }
}
