// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/pktdrill/pktdrill.h"

#include "tests/unit/test.h"

#define LISTEN \
	"0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n" \
	"+0 bind(3, ..., ...) = 0\n" \
	"+0 listen(3, 1) = 0\n"
#define OPEN LISTEN \
	"+.1 < S 0:0(0) win 32792 <mss 1000,nop,wscale 7>\n" \
	"+0 > S. 0:0(0) ack 1 <mss 1460,nop,wscale 7>\n" \
	"+.1 < . 1:1(0) ack 1 win 257\n" \
	"+0 accept(3, ..., ...) = 4\n"

#define UDP \
	"0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\n" \
	"+0 bind(3, ..., ...) = 0\n"

/* Runs it; its verdict, line and text are as given (text NULL: any). */
static void script(const char *text, enum pd_verdict v, unsigned line, const char *says)
{
	struct pd_says s = { 0 };

	pd_run_text(text, &s);
	CHECK_EQ(s.verdict, v);
	CHECK_EQ(s.line, line);
	if (says || s.verdict != v)
		CHECK_STR(s.text.s ? s.text.s : "", says ? says : "");
	buf_free(&s.text);
}

TEST(pktdrill_run, a_connection_opens_and_carries_data_both_ways)
{
	script(OPEN "+0 write(4, ..., 3000) = 3000\n"
	       "+0 > P. 1:3001(3000) ack 1\n"
	       "+.1 < P. 1:101(100) ack 3001 win 257\n"
	       "+0 > . 3001:3001(0) ack 101\n"
	       "+0 read(4, ..., 1000) = 100\n", PD_PASSED, 0, "");
}

TEST(pktdrill_run, the_first_difference_is_told_with_both_packets)
{
	script(LISTEN "+.1 < S 0:0(0) win 32792 <mss 1000>\n"
	       "+0 > S. 0:0(0) ack 2 win 64240 <mss 1460>\n", PD_FAILED, 5,
	       "error handling packet: live packet field tcp_ack_seq: expected: 2 (0x2) vs "
	       "actual: 1 (0x1)\n"
	       "script packet:  0.100000 S. 0:0(0) ack 2 win 64240 <mss 1460>\n"
	       "actual packet:  0.100000 S. 0:0(0) ack 1 win 64240 <mss 1460>");
}

TEST(pktdrill_run, a_segment_at_the_wrong_time_fails)
{
	script(LISTEN "+.1 < S 0:0(0) win 32792 <mss 1000>\n"
	       "+0 > S. 0:0(0) ack 1 <mss 1460>\n"
	       "+1.5 > S. 0:0(0) ack 1 <mss 1460>\n", PD_FAILED, 6,
	       "error handling packet: timing error: expected outbound packet at 1.600000 sec "
	       "but happened at 1.100000 sec; tolerance 0.187500 sec\n"
	       "script packet:  1.100000 S. 0:0(0) ack 1 <mss 1460>\n"
	       "actual packet:  1.100000 S. 0:0(0) ack 1 win 64240 <mss 1460>");
}

TEST(pktdrill_run, a_range_or_a_tolerance_lets_it_pass)
{
	script(LISTEN "+.1 < S 0:0(0) win 32792 <mss 1000>\n"
	       "+0~+.1 > S. 0:0(0) ack 1 <mss 1460>\n"
	       "+.8~+1.2 > S. 0:0(0) ack 1 <mss 1460>\n"
	       "* > S. 0:0(0) ack 1 <...>\n", PD_PASSED, 0, "");
	script("--tolerance_usecs=600000\n" LISTEN "+.1 < S 0:0(0) win 32792 <mss 1000>\n"
	       "+0 > S. 0:0(0) ack 1 <mss 1460>\n"
	       "+1.5 > S. 0:0(0) ack 1 <mss 1460>\n", PD_PASSED, 0, "");
}

TEST(pktdrill_run, a_segment_that_never_comes_fails)
{
	script(OPEN "+0 > . 1:1(0) ack 1\n", PD_FAILED, 8,
	       "error handling packet: Timed out waiting for packet");
}

TEST(pktdrill_run, a_blocking_call_returns_when_its_time_comes)
{
	script("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
	       "+0...0.2 connect(3, ..., ...) = 0\n"
	       "+0 > S 0:0(0) <...>\n"
	       "+.2 < S. 0:0(0) ack 1 win 5840 <mss 1460>\n"
	       "+0 > . 1:1(0) ack 1\n"
	       "+0...0.3 read(3, ..., 10) = 10\n"
	       "+.3 < P. 1:11(10) ack 1 win 5840\n", PD_PASSED, 0, "");
}

TEST(pktdrill_run, a_blocking_call_gives_up_after_its_sockets_timeout)
{
	script(OPEN "+0 setsockopt(4, SOL_SOCKET, SO_RCVTIMEO, {tv_sec=0, tv_usec=300000}, 16) = 0\n"
	       "+0...0.3 read(4, ..., 10) = -1 EAGAIN (Resource temporarily unavailable)\n"
	       "+.3...0.6 recv(4, ..., 20, MSG_WAITALL) = 10\n"
	       "+.1 < P. 1:11(10) ack 1 win 257\n"
	       "+0 > . 1:1(0) ack 11\n"
	       "+.2 read(4, ..., 10) = 5\n", PD_FAILED, 13,
	       "runtime error in read call: it blocks, and no time is given for its end");
	script("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
	       "+0 setsockopt(3, SOL_SOCKET, SO_SNDTIMEO, {tv_sec=0, tv_usec=200000}, 16) = 0\n"
	       "+0...0.2 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)\n",
	       PD_PASSED, 0, "");
	script(OPEN "+0 setsockopt(4, SOL_SOCKET, SO_RCVTIMEO, {tv_sec=0, tv_usec=300000}, 16) = 0\n"
	       "+0...0.4 read(4, ..., 10) = -1 EAGAIN (Resource temporarily unavailable)\n",
	       PD_FAILED, 9, "timing error: expected system call return "
	       "at 0.600000 sec but happened at 0.500000 sec; tolerance 0.050000 sec");
}

TEST(pktdrill_run, a_blocking_call_that_returns_too_late_fails)
{
	script(OPEN "+0...0.1 read(4, ..., 10) = 10\n"
	       "+.3 < P. 1:11(10) ack 1 win 257\n", PD_FAILED, 8,
	       "timing error: expected system call return at "
	       "0.300000 sec but happened at 0.500000 sec; tolerance 0.012500 sec");
}

/* SO_LINGER: until the FIN is acknowledged, or its seconds are over. */
TEST(pktdrill_run, a_close_that_lingers_blocks)
{
#define LINGER "+0 setsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=2}, 8) = 0\n"
	script(OPEN LINGER "+0...0.1 close(4) = 0\n"
	       "+0 > F. 1:1(0) ack 1\n"
	       "+.1 < . 1:1(0) ack 2 win 257\n"
	       "+0 close(4) = -1 EBADF (Bad file descriptor)\n", PD_PASSED, 0, "");
	script(OPEN LINGER "+0...2 close(4) = 0\n"
	       "+0 > F. 1:1(0) ack 1\n"
	       "+.3~+.35 > F. 1:1(0) ack 1\n"
	       "+2 close(4) = -1 EBADF (Bad file descriptor)\n", PD_PASSED, 0, "");
	script(OPEN LINGER "+0 close(4) = 0\n", PD_FAILED, 9,
	       "runtime error in close call: it blocks, and no time is given for its end");
	script(OPEN LINGER "+0 < P. 1:11(10) ack 1 win 257\n"
	       "+0 > . 1:1(0) ack 11\n"
	       "+0 close(4) = 0\n"
	       "+0 > R. 1:1(0) ack 11\n", PD_PASSED, 0, "");
#undef LINGER
}

TEST(pktdrill_run, commands_that_only_show_pass)
{
	script("`ip route show; ip -4 addr; ip route flush cache\n"
	       "date && ss -tin > /dev/null; sysctl net.ipv4.tcp_sack; modprobe tcp_reno`\n"
	       LISTEN, PD_PASSED, 0, "");
	script("`ss -tin | grep -q cwnd`\n" LISTEN, PD_SKIPPED, 1, "a pipeline");
	script("`ip route replace default via 192.168.0.1 initcwnd 4`\n" LISTEN, PD_SKIPPED, 1,
	       "the command ip route");
	script("`false`\n" LISTEN, PD_FAILED, 1,
	       "error executing `false` command: non-zero status 1");
}

TEST(pktdrill_run, sysctls_are_set_in_any_way)
{
#define NO_SACK LISTEN "+.1 < S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop>\n"
#define SYN_ACK "+0 > S. 0:0(0) ack 1 <mss 1460>\n"
	script("`echo 0 > /proc/sys/net/ipv4/tcp_sack`\n" NO_SACK SYN_ACK, PD_PASSED, 0, "");
	script("`echo \"0\" >/proc/sys/net/ipv4/tcp_sack`\n" NO_SACK SYN_ACK, PD_PASSED, 0, "");
	script("`sysctl -w \"net.ipv4.tcp_sack=0\"`\n" NO_SACK SYN_ACK, PD_PASSED, 0, "");
	script("`sysctl -w net.ipv4.tcp_rto_min_us=1000000`\n" NO_SACK
	       "+0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK>\n"
	       "+.1 < . 1:1(0) ack 1 win 32792\n"
	       "+0 accept(3, ..., ...) = 4\n"
	       "+0 %{ assert tcpi_rto == 1100000, tcpi_rto }%\n", PD_PASSED, 0, "");
	script("`sysctl -w net.inet.tcp.sack.enable=0`\n" LISTEN, PD_SKIPPED, 1,
	       "the sysctl net.inet.tcp.sack.enable=0");
	script("`sysctl -w net.ipv4.tcp_max_reordering=3`\n" LISTEN, PD_SKIPPED, 1,
	       "the sysctl net.ipv4.tcp_max_reordering=3");
#undef NO_SACK
#undef SYN_ACK
}

/* Linux pushes the end of each that is cut below TCP: where it ends, nobody says here. */
TEST(pktdrill_run, without_tso_a_push_inside_a_burst_is_linuxs_affair)
{
#define BURST(psh) OPEN "+0 write(4, ..., 2100) = 2100\n" \
	"+0 > . 1:1001(1000) ack 1\n+0 > " psh " 1001:2001(1000) ack 1\n"
	script(BURST("P."), PD_FAILED, 10, NULL);
	script("`ethtool -K tun0 tso off gso off`\n" BURST("P.")
	       "+0 > P. 2001:2101(100) ack 1\n", PD_PASSED, 0, "");
	script("`ethtool -K tun0 tso off`\n" BURST(".")
	       "+0 > . 2001:2101(100) ack 1\n", PD_FAILED, 12, NULL);
#undef BURST
}

TEST(pktdrill_run, a_connection_may_be_from_a_port_that_is_said)
{
	script(LISTEN "+0 < 5001 > 8080 S 0:0(0) win 32792 <mss 1000>\n"
	       "+0 > 8080 > 5001 S. 0:0(0) ack 1 <mss 1460>\n"
	       "+0 < 5001 > 8080 . 1:1(0) ack 1 win 257\n"
	       "+0 accept(3, ..., ...) = 4\n"
	       "+0 < 5002 > 8080 S 0:0(0) win 32792 <mss 1000>\n"
	       "+0 > 8080 > 5002 S. 0:0(0) ack 1 <mss 1460>\n"
	       "+0 < . 1:1(0) ack 1 win 257\n"
	       "+0 accept(3, ..., ...) = 5\n"
	       "+0 write(5, ..., 10) = 10\n"
	       "+0 > P. 1:11(10) ack 1\n", PD_PASSED, 0, "");
}

TEST(pktdrill_run, a_read_of_nothing_is_over_at_once)
{
	script(OPEN "+0 read(4, ..., 0) = 0\n"
	       "+0 readv(4, [{..., 0}], 1) = 0\n"
	       "+0 read(3, ..., 0) = 0\n"
	       "+0 recv(4, ..., 0, MSG_DONTWAIT) = -1 EAGAIN (Resource temporarily unavailable)\n",
	       PD_PASSED, 0, "");
}

TEST(pktdrill_run, flags_of_a_message_are_compared)
{
#define RECVMSG(flags) OPEN "+0 < P. 1:11(10) ack 1 win 257\n+0 > . 1:1(0) ack 11\n" \
	"+0 recvmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 10}], msg_flags=" flags "}, 0) = 10\n"
	script(RECVMSG("0"), PD_PASSED, 0, "");
	script(RECVMSG("MSG_TRUNC"), PD_FAILED, 10,
	       "runtime error in recvmsg call: Expected msg_flags 0x00000020 but got 0x00000000");
#undef RECVMSG
}

TEST(pktdrill_run, arguments_are_counted)
{
	script(OPEN "+0 close(4, 5) = 0\n", PD_FAILED, 8,
	       "runtime error in close call: Expected 1 args but got 2");
	script(OPEN "+0 write(4, ...) = 0\n", PD_FAILED, 8,
	       "runtime error in write call: Expected 3 args but got 2");
}

TEST(pktdrill_run, poll_tells_of_normal_data_if_asked)
{
	script(OPEN "+0 < P. 1:11(10) ack 1 win 257\n"
	       "+0 > . 1:1(0) ack 11\n"
	       "+0 poll([{fd=4, events=POLLRDNORM|POLLWRNORM|POLLRDBAND,\n"
	       "          revents=POLLRDNORM|POLLWRNORM}], 1, 0) = 1\n"
	       "+0 poll([{fd=4, events=POLLIN, revents=POLLIN}], 1, 0) = 1\n",
	       PD_PASSED, 0, "");
}

TEST(pktdrill_run, events_of_no_name_we_know_are_not_none)
{
	script(OPEN "+0 poll([{fd=4, events=POLLIN|POLLMSG, revents=0}], 1, 0) = 0\n",
	       PD_SKIPPED, 8, "POLLMSG");
	script(OPEN "+0 epoll_create(1) = 5\n"
	       "+0 epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLMSG, fd=4}) = 0\n",
	       PD_SKIPPED, 9, "EPOLLMSG");
}

TEST(pktdrill_run, descriptors_have_flags)
{
	script(OPEN "+0 fcntl(4, F_GETFD) = 0\n"
	       "+0 fcntl(4, F_SETFD, FD_CLOEXEC) = 0\n"
	       "+0 fcntl(4, F_GETFD) = 0x1 (flags FD_CLOEXEC)\n", PD_PASSED, 0, "");
}

TEST(pktdrill_run, addresses_are_of_ipv4)
{
	script("--remote_ip=192.0.2.7/24\n" LISTEN, PD_PASSED, 0, "");
	script("--ip_version=ipv4-mapped-ipv6\n"
	       "0 socket(AF_INET6, SOCK_STREAM, 0) = 3\n", PD_PASSED, 0, "");
	script("0 socket(AF_INET6, SOCK_STREAM, 0) = 3\n", PD_SKIPPED, 1, "a socket of IPv6");
	script("--ip_version=ipv6\n" LISTEN, PD_SKIPPED, 1, "the option --ip_version=ipv6");
}

TEST(pktdrill_run, a_string_is_bytes_in_pieces)
{
	script(OPEN "+0 write(4, \"abc\" \"\\x00e\"..., 5) = 5\n"
	       "+0 > P. 1:6(5) ack 1\n"
	       "+0 setsockopt(4, SOL_TCP, TCP_CONGESTION, \"re\" \"no\", 4) = 0\n"
	       "+0 getsockopt(4, SOL_TCP, TCP_CONGESTION, \"reno\", [4]) = 0\n",
	       PD_PASSED, 0, "");
}

TEST(pktdrill_run, results_and_errnos_are_compared)
{
	script(OPEN "+0 fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n"
	       "+0 fcntl(4, F_GETFL) = 0x802 (flags O_RDWR|O_NONBLOCK)\n"
	       "+0 read(4, ..., 10) = -1 EAGAIN (Resource temporarily unavailable)\n"
	       "+0 read(4, ..., 10) = 5\n", PD_FAILED, 11,
	       "runtime error in read call: Expected result 5 but got -1 with errno 11 "
	       "(Resource temporarily unavailable)");
}

TEST(pktdrill_run, timestamps_and_sack_blocks_are_in_the_scripts_numbers)
{
	script(LISTEN "+.1 < S 700:700(0) win 32792 <mss 1000,sackOK,TS val 100 ecr 0,nop,wscale 7>\n"
	       "+0 > S. 500:500(0) ack 701 <mss 1460,sackOK,TS val 300 ecr 100,nop,wscale 7>\n"
	       "+.1 < . 1:1(0) ack 1 win 257 <nop,nop,TS val 200 ecr 300>\n"
	       "+0 accept(3, ..., ...) = 4\n"
	       "+0 < P. 101:201(100) ack 1 win 257 <nop,nop,TS val 210 ecr 300>\n"
	       "+0 > . 1:1(0) ack 1 <nop,nop,TS val 400 ecr 200,nop,nop,sack 101:201>\n",
	       PD_PASSED, 0, "");
}

TEST(pktdrill_run, what_is_not_there_is_skipped_and_never_passed)
{
	script("0 socket(..., SOCK_DGRAM, 1) = 3\n", PD_SKIPPED, 1,
	       "a socket that is not TCP or UDP over IPv4");
	script(UDP "+0 sendto(3, ..., 2000, 0, ..., ...) = 2000\n", PD_SKIPPED, 3,
	       "a packet in fragments");
	script("--ip_version=ipv6\n" LISTEN, PD_SKIPPED, 1, "the option --ip_version=ipv6");
	script("0 `iptables -F`\n", PD_SKIPPED, 1, "the command iptables");
	script("`sysctl -q net.ipv4.tcp_ecn=5`\n" LISTEN, PD_SKIPPED, 1, "AccECN");
	script(OPEN "+0 fork() = 0\n", PD_SKIPPED, 8, "the system call fork");
}

TEST(pktdrill_run, what_differs_of_a_datagram_is_told)
{
	script(UDP "+0 sendto(3, ..., 20, 0, ..., ...) = 20\n"
	       "+0 > udp (21)\n", PD_FAILED, 4,
	       "error handling packet: live packet payload: expected 21 bytes vs actual 20 bytes\n"
	       "script packet:  0.000000 udp (21)\n"
	       "actual packet:  0.000000 udp (20)");
	script(UDP "+0 sendto(3, ..., 20, 0, ..., ...) = 20\n"
	       "+0 > udp 8080 > 8081 (20)\n", PD_FAILED, 4,
	       "error handling packet: live packet field udp_dst_port: expected: 8081 (0x1f91) vs "
	       "actual: 8080 (0x1f90)\n"
	       "script packet:  0.000000 udp (20)\n"
	       "actual packet:  0.000000 udp (20)");
	script(UDP "+0 sendto(3, ..., 20, 0, ..., ...) = 20\n"
	       "+0 > . 1:1(0) ack 1\n", PD_FAILED, 4,
	       "error handling packet: live packet protocol: expected: tcp vs actual: udp\n"
	       "script packet:  0.000000 . 1:1(0) ack 1\n"
	       "actual packet:  0.000000 udp (20)");
}

TEST(pktdrill_run, what_differs_of_an_icmp_message_is_told)
{
	script(UDP "+.1 < udp 1111 > 9999 (20)\n"
	       "+0 > icmp unreachable host_unreachable [udp (20)]\n", PD_FAILED, 4,
	       "error handling packet: live packet field icmp_code: expected: 1 (0x1) vs "
	       "actual: 3 (0x3)\n"
	       "script packet:  0.100000 icmp unreachable host_unreachable [udp (20)]\n"
	       "actual packet:  0.100000 icmp unreachable port_unreachable [udp (20)]");
	script(UDP "+.1 < udp 1111 > 9999 (20)\n"
	       "+0 > icmp unreachable port_unreachable [1:21(20)]\n", PD_FAILED, 4,
	       "error handling packet: live packet field quoted ip_protocol: expected: 6 (0x6) vs "
	       "actual: 17 (0x11)\n"
	       "script packet:  0.100000 icmp unreachable port_unreachable [1:21(20)]\n"
	       "actual packet:  0.100000 icmp unreachable port_unreachable [udp (20)]");
	script(UDP "+.1 < icmp echo_request id 7\n"
	       "+0 > icmp type_77 code_1 mtu 5\n", PD_FAILED, 4,
	       "error handling packet: live packet field icmp_type: expected: 77 (0x4d) vs "
	       "actual: 0 (0x0)\n"
	       "script packet:  0.100000 icmp type_77 code_1 mtu 5\n"
	       "actual packet:  0.100000 icmp echo_reply id 7");
}

TEST(pktdrill_run, who_sent_a_datagram_and_how_much_of_it_is_compared)
{
	script(UDP "+0 < udp 1111 > 8080 (10)\n"
	       "+0 recvfrom(3, ..., 9, 0, {sa_family = AF_INET, sin_port = htons(1112), "
	       "sin_addr = inet_addr(\"192.0.2.1\")}, [16]) = 9\n", PD_FAILED, 4,
	       "runtime error in recvfrom call: expected it from 192.0.2.1:1112 but it is from "
	       "192.0.2.1:1111");
	script(UDP "+0 < udp (10)\n"
	       "+0 recvmsg(3, {msg_name(...)=..., msg_iov(1)=[{..., 9}], msg_flags=0}, 0) = 9\n",
	       PD_FAILED, 4, "runtime error in recvmsg call: Expected msg_flags 0x00000000 "
	       "but got 0x00000020");
}

TEST(pktdrill_run, poll_and_epoll_tell_what_is_ready)
{
	script(OPEN "+0 poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLOUT}], 1, 0) = 1\n"
	       "+0 epoll_create(1) = 5\n"
	       "+0 epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLET, fd=4}) = 0\n"
	       "+0 epoll_wait(5, {events=0, fd=0}, 1, 0) = 0\n"
	       "+0...0.1 epoll_wait(5, {events=EPOLLIN, fd=4}, 1, -1) = 1\n"
	       "+.1 < P. 1:11(10) ack 1 win 257\n"
	       "+0 > . 1:1(0) ack 11\n"
	       "+0 epoll_wait(5, {events=0, fd=0}, 1, 0) = 0\n"
	       "+0 close(4) = 0\n", PD_PASSED, 0, "");
}

TEST(pktdrill_run, epoll_gives_back_the_data_of_an_event)
{
	script(OPEN "+0 epoll_create(1) = 5\n"
	       "+0 epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLOUT, u32=77}) = 0\n"
	       "+0 epoll_wait(5, {events=EPOLLOUT, u32=77}, 1, 0) = 1\n"
	       "+0 epoll_wait(5, {events=EPOLLOUT, u32=78}, 1, 0) = 1\n", PD_FAILED, 11,
	       "runtime error in epoll_wait call: expected u32 78 but got 77");
}

TEST(pktdrill_run, a_file_is_the_scripts_own_and_all_zeros)
{
	script("`dd bs=10 count=300 if=/dev/zero of=/tmp/f status=none`\n" OPEN
	       "+0 open(\"/tmp/f\", O_RDONLY) = 5\n"
	       "+0 sendfile(4, 5, NULL, 1000) = 1000\n"
	       "+0 > P. 1:1001(1000) ack 1\n"
	       "+0 sendfile(4, 5, [2500], 1000) = 500\n"
	       "+0 > P. 1001:1501(500) ack 1\n"
	       "+0 sendfile(4, 5, NULL, 9000) = 2000\n"
	       "+0 > P. 1501:3501(2000) ack 1\n"
	       "+0 sendfile(4, 5, NULL, 9000) = 0\n"
	       "+0 close(5) = 0\n"
	       "+0 `rm -f /tmp/f`\n"
	       "+0 open(\"/tmp/f\", O_RDONLY) = -1 ENOENT (No such file or directory)\n"
	       "+0 open(\"/etc/passwd\", O_RDONLY) = -1 ENOENT (No such file or directory)\n",
	       PD_PASSED, 0, "");
	script("`dd if=/etc/passwd of=/tmp/f`\n", PD_SKIPPED, 1,
	       "the command dd of anything but zeros to a file");
}

TEST(pktdrill_run, splice_moves_bytes_by_a_pipe)
{
	script(OPEN "+0 setsockopt(4, SOL_TCP, TCP_NODELAY, [1], 4) = 0\n"
	       "+0 pipe([5, 6]) = 0\n"
	       "+0 < P. 1:101(100) ack 1 win 257\n"
	       "+0 > . 1:1(0) ack 101\n"
	       "+0 splice(4, NULL, 6, NULL, 1000, 0) = 100\n"
	       "+0 splice(5, NULL, 4, NULL, 60, SPLICE_F_MOVE) = 60\n"
	       "+0 > P. 1:61(60) ack 101\n"
	       "+0 splice(5, NULL, 4, NULL, 60, 0) = 40\n"
	       "+0 > P. 61:101(40) ack 101\n"
	       "+0 splice(5, NULL, 6, NULL, 60, 0) = -1 EINVAL (Invalid argument)\n"
	       "+0 splice(7, NULL, 6, NULL, 60, 0) = -1 EBADF (Bad file descriptor)\n"
	       "+0...0.1 splice(4, NULL, 6, NULL, 10, 0) = 7\n"
	       "+.1 < P. 101:108(7) ack 1 win 257\n"
	       "+0 close(5) = 0\n+0 close(6) = 0\n", PD_PASSED, 0, "");
}

TEST(pktdrill_run, a_script_defines_words)
{
	script("--define=TYPE=SOCK_STREAM\n--define=WHY=\"two words\"\n--define=N=100\n"
	       "0 socket(..., TYPE, 0) = 3\n"
	       "+0 setsockopt(3, SOL_SOCKET, SO_RCVLOWAT, [N], 4) = 0\n"
	       "+0 getsockopt(3, SOL_SOCKET, SO_RCVLOWAT, [N], [4]) = 0\n"
	       "+0 getsockopt(3, SOL_SOCKET, SO_RCVLOWAT, [M], [4]) = 0\n", PD_SKIPPED, 7, "M");
	script("--define=A=B\n--define=B=A\n0 close(A) = 0\n", PD_SKIPPED, 3, "A");
}

TEST(pktdrill_run, an_icmp_error_reaches_the_connection)
{
	script("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
	       "+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n"
	       "+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)\n"
	       "+0 > S 0:0(0) <...>\n"
	       "+.1 < icmp unreachable port_unreachable [0:0(0)]\n"
	       "+0 getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONN], [4]) = 0\n", PD_SKIPPED, 6, "ECONN");
}
