package dev.lateen.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;

/** Asks a DNS server by the JDK's own client, which is nobody's relative here, from wherever it is run. */
@SuppressWarnings({"BanJNDI", "JdkObsolete"}) // The answers are the test's own, and the client's door is a Hashtable.
final class PodLookup {
    private PodLookup() {}

    /**
     * What names come to, asked one after the other by one process.
     *
     * @param entering what runs a command at the place
     * @param server its address
     * @param questions such as {@code A/reviews.default} or {@code TXT/example.org}
     * @return for each the values in order, such as {@code [10.1.0.1]}, or why there are none
     */
    static List<String> ask(UnaryOperator<List<String>> entering, String server, String... questions)
            throws IOException, InterruptedException {
        List<String> args = new ArrayList<>(List.of(server));
        args.addAll(List.of(questions));
        Process process = new ProcessBuilder(entering.apply(SmallJava.command(PodLookup.class, args)))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.lines().toList();
    }

    /** @param args the server and the questions */
    public static void main(String[] args) throws NamingException {
        Hashtable<String, String> environment = new Hashtable<>();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        environment.put(Context.PROVIDER_URL, "dns://" + args[0]);
        environment.put("com.sun.jndi.dns.timeout.initial", "3000");
        environment.put("com.sun.jndi.dns.timeout.retries", "1");
        InitialDirContext context = new InitialDirContext(environment);
        for (int i = 1; i < args.length; i++) {
            String[] question = args[i].split("/");
            System.out.println(values(context, question[1], question[0]));
        }
    }

    private static String values(InitialDirContext context, String name, String type) {
        try {
            Attribute found = context.getAttributes(name, new String[] {type}).get(type);
            List<String> values = new ArrayList<>();
            for (int i = 0; found != null && i < found.size(); i++) {
                values.add(String.valueOf(found.get(i)));
            }
            return values.stream().sorted().toList().toString();
        } catch (NamingException e) {
            return e.getClass().getSimpleName();
        }
    }
}
