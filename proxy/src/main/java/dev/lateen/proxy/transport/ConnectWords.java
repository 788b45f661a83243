package dev.lateen.proxy.transport;

import java.io.FileNotFoundException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;

/** Says in Envoy's words why a TCP connection could not be made. */
final class ConnectWords {
    private ConnectWords() {}

    static ConnectFailure failure(Throwable cause) {
        if (cause instanceof BindException) {
            return new ConnectFailure(ConnectFailure.LOCAL, "failed to bind to source address: " + error(cause));
        }
        boolean delayed = cause instanceof ConnectException || cause instanceof NoRouteToHostException;
        return new ConnectFailure(
                ConnectFailure.REMOTE, (delayed ? "delayed" : "immediate") + " connect error: " + error(cause));
    }

    /** The system's own words, without the call, the number and the address that epoll and NIO put around them. */
    private static String error(Throwable cause) {
        if (cause instanceof FileNotFoundException) {
            return "No such file or directory"; // of a Unix domain socket
        }
        String text = String.valueOf(cause.getMessage());
        if (text.contains("Connection refused")) {
            return "Connection refused";
        }
        if (cause instanceof NoRouteToHostException || text.contains("No route to host")) {
            return "No route to host";
        }
        int afterCode = text.indexOf("): ");
        String words = afterCode < 0 ? text : text.substring(afterCode + 3);
        int address = words.indexOf(": /");
        return address < 0 ? words : words.substring(0, address);
    }
}
