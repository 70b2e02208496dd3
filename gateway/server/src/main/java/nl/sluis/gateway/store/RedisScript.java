package nl.sluis.gateway.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/** A script that Redis runs as one step; it lies beside this class. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RedisScript(byte[] body, byte[] sha) {

    static RedisScript load(String name) {
        try (InputStream in = RedisScript.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("script: `" + name + "` (expected: on the class path)");
            }
            byte[] body = in.readAllBytes();
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(body);
            return new RedisScript(body, HexFormat.of().formatHex(digest).getBytes(UTF_8));
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("script: `" + name + "` can't be read", e);
        }
    }

    Object run(Jedis server, List<byte[]> keys, List<byte[]> arguments) {
        try {
            return server.evalsha(sha, keys, arguments);
        } catch (JedisNoScriptException e) {
            // a server that was restarted or took over has not seen it
            return server.eval(body, keys, arguments);
        }
    }
}
